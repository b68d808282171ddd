export function outsideHosts(text: string): string[]
export function scan(root?: string): Record<string, string[]>

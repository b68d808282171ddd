/** A small server of contract-shaped answers: develops and tests the screens without the real server. Never shipped. */
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { route } from './routes.mjs'
import { newWorld, Refusal } from './world.mjs'

const dist = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../dist/build/h5')
const kinds = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' }

function answer(world, request, url, text) {
  const at = decodeURIComponent(url.pathname.slice(4))
  const found = route(request.method, at)
  world.requests.push(`${request.method} ${at}`)
  if (!found) throw new Refusal(404, 'not-found', '没有这个页面', 'No such page')
  if (!found.open && request.headers.authorization !== `Bearer ${world.token}`)
    throw new Refusal(401, 'unauthenticated', '请先登录', 'Please sign in')
  const key = request.headers['idempotency-key']
  if (request.method === 'POST' && !key)
    throw new Refusal(400, 'idempotency-key-missing', '缺少请求编号', 'The Idempotency-Key is missing')
  if (key && world.keys.has(key)) return world.keys.get(key)
  const made = found.run({
    world,
    params: { ...at.match(found.match).groups },
    query: Object.fromEntries(url.searchParams),
    body: text ? JSON.parse(text) : {},
    headers: request.headers,
  })
  if (key) world.keys.set(key, made)
  return made
}

function sendFile(url, response) {
  const wanted = path.join(dist, url.pathname.replace(/^\/patient\/?/, '') || 'index.html')
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : null
  if (!file || !file.startsWith(dist)) return response.writeHead(404).end()
  response.writeHead(200, { 'content-type': kinds[path.extname(file).slice(1)] ?? 'application/octet-stream' })
  createReadStream(file).pipe(response)
}

/** Starts the mock on a port (0: any free one). Gives its address, its world (to look into and to arrange), and `close`. */
export async function startMock(port = 0) {
  const world = newWorld()
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (!url.pathname.startsWith('/api/')) return sendFile(url, response)
    let text = ''
    for await (const part of request) text += part
    try {
      const body = answer(world, request, url, text)
      response
        .writeHead(body === undefined ? 204 : 200, { 'content-type': 'application/json' })
        .end(body === undefined ? '' : JSON.stringify(body))
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) console.error(thrown)
      const refusal =
        thrown instanceof Refusal ? thrown : new Refusal(500, 'unavailable', '服务暂时不可用', 'Unavailable')
      response
        .writeHead(refusal.status, { 'content-type': 'application/problem+json' })
        .end(JSON.stringify(refusal.body))
    }
  })
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    world,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(resolve)
      }),
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const mock = await startMock(Number(process.env.PORT ?? 8801))
  console.log(`${mock.url}/patient/   code 123456`)
}

import { onScopeDispose, ref } from 'vue'

type Detected = { rawValue: string }
type Detector = { detect(source: HTMLVideoElement): Promise<Detected[]> }
type DetectorClass = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> }

const detectorClass = (): DetectorClass | null => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector ?? null

/** Reads QR codes with the browser's own detector; `available` stays false where there is none or no camera may be used. */
export function useCamera(onCode: (text: string) => void) {
  const available = ref(false)
  const running = ref(false)
  const failed = ref(false)
  let stream: MediaStream | null = null
  let frame = 0

  const found = detectorClass()
  // Browsers leave `mediaDevices` out on pages that are neither https nor localhost.
  if (found && 'mediaDevices' in navigator) {
    void found.getSupportedFormats().then((formats) => (available.value = formats.includes('qr_code')))
  }

  async function start(video: HTMLVideoElement): Promise<void> {
    const Detector = detectorClass()
    if (!Detector || running.value) return
    failed.value = false
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'user', width: { ideal: 1280 } } })
    } catch {
      // Refused by the person or by the device: the scanner and the keyboard remain.
      failed.value = true
      return
    }
    video.srcObject = stream
    await video.play()
    running.value = true
    const detector = new Detector({ formats: ['qr_code'] })
    const look = async () => {
      if (!running.value) return
      const [code] = await detector.detect(video).catch(() => [])
      if (code) {
        stop()
        onCode(code.rawValue)
        return
      }
      frame = requestAnimationFrame(() => void look())
    }
    void look()
  }
  function stop(): void {
    running.value = false
    cancelAnimationFrame(frame)
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = null
  }
  onScopeDispose(stop)
  return { available, running, failed, start, stop }
}

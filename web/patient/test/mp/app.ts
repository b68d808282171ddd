import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { call, Instance, type Definition, type Drawn, type Kind } from './component'
import { drawPage } from './draw'
import { readWxml } from './wxml'

type Options = Record<string, unknown> & {
  url?: string
  success?: (value: unknown) => void
  fail?: (value: unknown) => void
  complete?: (value: unknown) => void
}

/** A compact mini-program: runs the built scripts and templates, answers `wx`, and lets a test look, type and tap. */
export class MiniApp {
  readonly pages: Instance[] = []
  readonly toasts: string[] = []
  readonly calls: string[] = []
  /** What the camera reads next, and what happens when the person pays in WeChat's sheet. */
  scans = ''
  pays: () => void = () => undefined
  private readonly storage = new Map<string, unknown>()
  private readonly modules = new Map<string, { exports: unknown }>()
  private readonly kinds = new Map<string, Kind>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private registered: Definition | null = null
  private tree: Drawn | null = null
  private dirty = false
  private drawing = false
  private underway = 0
  private launched: Record<string, (options: unknown) => void> = {}
  private readonly wx: Record<string, unknown>

  /** `dist` is the folder of the built mini-program; `server` the address that its API calls go to. */
  constructor(
    private readonly dist: string,
    private readonly server: string,
  ) {
    if (!existsSync(path.join(dist, 'app.json')))
      throw new Error('Build the mini-program first: npm run build:mp-weixin')
    this.wx = this.makeWx()
  }

  async launch(): Promise<void> {
    this.load('app.js')
    this.launched.onLaunch?.call(this.launched, { path: '', query: {} })
    this.launched.onShow?.call(this.launched, { path: '', query: {} })
    const first = (JSON.parse(readFileSync(path.join(this.dist, 'app.json'), 'utf8')) as { pages: string[] }).pages[0]!
    this.open(`/${first}`)
    await this.settle()
  }

  close(): void {
    while (this.pages.length) this.leave()
    for (const timer of this.timers) clearTimeout(timer)
  }

  get page(): Instance {
    return this.pages[this.pages.length - 1]!
  }

  /** The text that a person sees, in reading order. */
  text(within: Drawn | null = this.tree): string {
    return this.all(within)
      .filter((one) => one.tag === '#text')
      .map((one) => one.text)
      .join(' ')
  }

  all(within: Drawn | null = this.tree): Drawn[] {
    return within ? [within, ...within.children.flatMap((child) => this.all(child))] : []
  }

  byClass(name: string): Drawn[] {
    return this.all().filter(
      (one) => one.tag !== '#text' && [one.attrs.class].flat(3).join(' ').split(/\s+/).includes(name),
    )
  }

  /** The last place that shows exactly this text, else the last that contains it. */
  private showing(wanted: string): Drawn | undefined {
    const texts = this.all().filter((one) => one.tag === '#text' && one.text.includes(wanted))
    return texts.filter((one) => one.text === wanted).pop() ?? texts.pop()
  }

  /** Taps a place, or where a text is shown, and waits until things rest. */
  async tap(wanted: string | Drawn): Promise<void> {
    const found = typeof wanted === 'string' ? this.showing(wanted) : wanted
    if (!found) throw new Error(`Nothing shows “${String(wanted)}”. The page shows: ${this.text()}`)
    for (let at: Drawn | null = found; at; at = at.parent) {
      const stops = at.attrs.catchtap as string | undefined
      const handler = stops ?? (at.attrs.bindtap as string | undefined)
      if (at.attrs.disabled === true) break
      if (handler && at.owner)
        call(at.owner, handler, {
          type: 'tap',
          detail: {},
          timeStamp: Date.now(),
          target: { dataset: {}, id: '' },
          currentTarget: { dataset: {}, id: '' },
        })
      if (stops) break
    }
    await this.settle()
  }

  async type(value: string, tag: 'input' | 'textarea' = 'input'): Promise<void> {
    const input = this.all().find((one) => one.tag === tag)
    if (!input?.owner) throw new Error('There is no input on the page')
    call(input.owner, input.attrs.bindinput as string, {
      type: 'input',
      detail: { value, cursor: value.length },
      target: { dataset: {}, id: '' },
      currentTarget: { dataset: {}, id: '' },
    })
    await this.settle()
  }

  /** Waits until no request is under way and nothing has been drawn for a while; bounded by rounds. */
  async settle(): Promise<void> {
    for (let calm = 0, round = 0; calm < 6 && round < 2000; round++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      calm = this.underway > 0 || this.dirty ? 0 : calm + 1
    }
  }

  /** Waits for something that comes by itself (a poll); gives up after twenty seconds. */
  async until(holds: () => boolean): Promise<void> {
    for (let round = 0; round < 400 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 50))
    if (!holds()) throw new Error(`It did not come. The page shows: ${this.text()}`)
  }

  private redraw = (): void => {
    this.dirty = true
    if (this.drawing || !this.pages.length) return
    this.drawing = true
    try {
      for (let round = 0; this.dirty; round++) {
        if (round > 50) throw new Error(`${this.page.is} never stops drawing`)
        this.dirty = false
        this.tree = drawPage(this.page, this.redraw)
      }
    } finally {
      this.drawing = false
    }
  }

  private open(url: string): void {
    const [route, search = ''] = url.replace(/^\//, '').split('?') as [string, string?]
    const page = new Instance(this.kind(route), () => {
      if (page === this.page) this.redraw()
    })
    page.route = route
    page.kind.definition.created?.call(page)
    if (this.pages.length) this.method(this.page, 'onHide')
    this.pages.push(page)
    // Its components link themselves to the page's Vue instance, so nothing is drawn before that exists.
    this.drawing = true
    page.attach()
    this.drawing = false
    this.method(
      page,
      'onLoad',
      Object.fromEntries(
        search
          .split('&')
          .filter(Boolean)
          .map((pair) => pair.split('=').map(decodeURIComponent) as [string, string]),
      ),
    )
    this.method(page, 'onShow')
    this.redraw()
    page.ready()
    this.method(page, 'onReady')
  }

  private leave(): void {
    const page = this.pages.pop()!
    this.method(page, 'onUnload')
    page.detach()
  }

  private method(page: Instance, name: string, given?: unknown): void {
    const act = page[name]
    if (typeof act === 'function') (act as (value: unknown) => void).call(page, given)
  }

  private kind(at: string): Kind {
    const known = this.kinds.get(at)
    if (known) return known
    const config = JSON.parse(readFileSync(path.join(this.dist, `${at}.json`), 'utf8')) as {
      usingComponents?: Record<string, string>
    }
    this.registered = null
    this.load(`${at}.js`)
    if (!this.registered) throw new Error(`${at}.js registered no component`)
    const kind: Kind = {
      path: at,
      definition: this.registered,
      template: readWxml(path.join(this.dist, `${at}.wxml`)),
      uses: {},
    }
    this.kinds.set(at, kind)
    for (const [tag, relative] of Object.entries(config.usingComponents ?? {}))
      kind.uses[tag] = this.kind(path.posix.join(path.posix.dirname(at), relative))
    return kind
  }

  private load(file: string): unknown {
    const known = this.modules.get(file)
    if (known) return known.exports
    const made = { exports: {} as unknown }
    this.modules.set(file, made)
    const code = readFileSync(path.join(this.dist, file), 'utf8')
    const timer = (set: typeof setTimeout | typeof setInterval) => (act: () => void, ms?: number) => {
      const id = set(act, ms)
      this.timers.add(id)
      return id
    }
    // The script gets what a mini-program gives it and nothing of a browser: no window, document, fetch or crypto.
    const names: Record<string, unknown> = {
      wx: this.wx,
      global: {},
      module: made,
      exports: made.exports,
      require: (relative: string) => this.load(path.posix.join(path.posix.dirname(file), relative)),
      App: (options: Record<string, (given: unknown) => void>) => {
        this.launched = options
      },
      Page: (options: Definition) => {
        this.registered = options
      },
      Component: (options: Definition) => {
        this.registered = options
      },
      getApp: () => this.launched,
      getCurrentPages: () => [...this.pages],
      setTimeout: timer(setTimeout),
      setInterval: timer(setInterval),
      clearTimeout,
      clearInterval,
      window: undefined,
      document: undefined,
      fetch: undefined,
      crypto: undefined,
      XMLHttpRequest: undefined,
      process: undefined,
    }
    new Function(...Object.keys(names), code)(...Object.values(names))
    return made.exports
  }

  private makeWx(): Record<string, unknown> {
    const done = (options: Options | undefined, value: unknown = {}) => {
      options?.success?.(value)
      options?.complete?.(value)
    }
    const nothing = (options?: Options) => done(options)
    return {
      canIUse: () => true,
      getSystemInfoSync: () => ({
        platform: 'ios',
        system: 'iOS 17.0',
        brand: 'Apple',
        model: 'iPhone',
        language: 'zh_CN',
        version: '8.0.50',
        theme: 'light',
        statusBarHeight: 44,
        windowWidth: 390,
        windowHeight: 844,
        SDKVersion: '3.8.0',
        safeArea: {},
        pixelRatio: 3,
      }),
      getWindowInfo: () => ({ statusBarHeight: 44, windowWidth: 390, windowHeight: 844, safeArea: {}, pixelRatio: 3 }),
      getAppBaseInfo: () => ({
        language: 'zh_CN',
        SDKVersion: '3.8.0',
        version: '8.0.50',
        theme: 'light',
        host: { env: 'WeChat' },
      }),
      getDeviceInfo: () => ({ platform: 'ios', system: 'iOS 17.0', brand: 'Apple', model: 'iPhone' }),
      getMenuButtonBoundingClientRect: () => ({ left: 296, top: 48, width: 87, height: 32, right: 383, bottom: 80 }),
      getLaunchOptionsSync: () => ({ path: '', query: {} }),
      getEnterOptionsSync: () => ({ path: '', query: {} }),
      getStorageSync: (key: string) => this.storage.get(key) ?? '',
      setStorageSync: (key: string, value: unknown) => this.storage.set(key, JSON.parse(JSON.stringify(value))),
      setStorage: (options: Options) => {
        this.storage.set(String(options.key), options.data)
        done(options)
      },
      removeStorageSync: (key: string) => this.storage.delete(key),
      onAppShow: () => undefined,
      onAppHide: () => undefined,
      onError: () => undefined,
      onNetworkStatusChange: () => undefined,
      setNavigationBarTitle: nothing,
      stopPullDownRefresh: nothing,
      vibrateLong: nothing,
      getScreenBrightness: (options: Options) => done(options, { value: 0.4 }),
      setScreenBrightness: (options: Options) => {
        this.calls.push(`brightness ${String(options.value)}`)
        done(options)
      },
      setKeepScreenOn: nothing,
      pageScrollTo: nothing,
      showToast: (options: Options) => {
        this.toasts.push(String(options.title))
        done(options)
      },
      createSelectorQuery: () => {
        const query = {
          in: () => query,
          select: () => query,
          selectAll: () => query,
          boundingClientRect: () => query,
          exec: () => undefined,
        }
        return query
      },
      navigateTo: (options: Options) => {
        this.open(options.url!)
        done(options)
      },
      redirectTo: (options: Options) => {
        this.leave()
        this.open(options.url!)
        done(options)
      },
      reLaunch: (options: Options) => {
        while (this.pages.length) this.leave()
        this.open(options.url!)
        done(options)
      },
      navigateBack: (options: Options) => {
        this.leave()
        this.method(this.page, 'onShow')
        this.redraw()
        done(options)
      },
      request: (options: Options) => {
        void this.request(options)
      },
      scanCode: (options: Options) => done(options, { result: this.scans }),
      setClipboardData: (options: Options) => {
        this.calls.push(`copy ${String(options.data)}`)
        done(options)
      },
      requestPayment: (options: Options) => {
        this.calls.push(`pay ${String(options.package)}`)
        this.pays()
        done(options)
      },
      downloadFile: (options: Options) => {
        this.calls.push(`download ${options.url!.replace(/^https?:\/\/[^/]+/, '')}`)
        done(options, { statusCode: 200, tempFilePath: 'wxfile://tmp/1.pdf' })
      },
      openDocument: (options: Options) => {
        this.calls.push(`open ${String(options.filePath)}`)
        done(options)
      },
    }
  }

  private async request(options: Options): Promise<void> {
    this.underway++
    try {
      const url = options.url!.replace(/^https?:\/\/[^/]+/, this.server)
      const answer = await fetch(url, {
        method: options.method as string,
        headers: options.header as Record<string, string>,
        body: options.data as string | undefined,
      })
      options.success?.({
        statusCode: answer.status,
        data: await answer.text(),
        header: Object.fromEntries(answer.headers),
      })
    } catch (thrown) {
      options.fail?.({ errMsg: `request:fail ${String(thrown)}` })
    } finally {
      this.underway--
    }
  }
}

import { defineWords } from './words'

export const signIn = defineWords(
  {
    title: '登录工作台', welcome: '一张卡、一个号源池、一条就诊路径', username: '用户名', password: '密码', next: '下一步', or: '或',
    oidc: '统一身份认证登录', totpTitle: '动态口令', totpText: '请输入验证器应用上的 6 位数字', code: '6 位动态口令', enter: '登录', back: '换一个账号',
    enrolTitle: '首次登录：绑定动态口令', enrolText: '用验证器应用扫描二维码，或手工输入密钥，然后填写显示的 6 位数字。', secret: '密钥',
    ended: '登录已过期，请重新登录。', caps: '大写锁定已打开', version: '版本 {version}', show: '显示密码', hide: '隐藏密码', oidcBusy: '正在完成统一身份认证',
    line1: '叫号、接诊、预约、排班在同一处完成', line2: '每一步都有迹可循，随时可以核对', line3: '键盘优先，常用操作一键到达',
  },
  {
    title: 'Sign in to the console', welcome: 'One card, one pool of appointments, one journey', username: 'User name', password: 'Password', next: 'Next', or: 'or',
    oidc: 'Sign in with the organization account', totpTitle: 'One-time code', totpText: 'Enter the 6 digits shown by your authenticator app', code: '6-digit code', enter: 'Sign in', back: 'Use another account',
    enrolTitle: 'First sign-in: set up the one-time code', enrolText: 'Scan the code with an authenticator app, or type in the secret; then enter the 6 digits it shows.', secret: 'Secret',
    ended: 'Your session has ended. Please sign in again.', caps: 'Caps Lock is on', version: 'Version {version}', show: 'Show password', hide: 'Hide password', oidcBusy: 'Finishing the sign-in',
    line1: 'Calling, seeing, booking and rostering in one place', line2: 'Every step leaves a trail that can be checked', line3: 'Keyboard first: common acts are one key away',
  },
)

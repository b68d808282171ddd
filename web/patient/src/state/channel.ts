export type PhoneChannel = 'wechat' | 'h5'

/** The channel that this build books through. */
export function ownChannel(): PhoneChannel {
  // #ifdef MP-WEIXIN
  return 'wechat'
  // #endif
  // #ifndef MP-WEIXIN
  return 'h5'
  // #endif
}

import type { IconName } from './icons'

/** Words in a specialty's name and the picture that helps to find it. First match wins. */
const PICTURES: readonly (readonly [RegExp, IconName])[] = [
  [/儿|小儿|新生/, 'child'],
  [/妇|产|生殖|乳腺/, 'female'],
  [/口腔|牙/, 'tooth'],
  [/眼/, 'eye'],
  [/心血管|心脏|心内|高血压/, 'heart'],
  [/呼吸|肺|胸/, 'lung'],
  [/消化|胃肠|肝胆|肛肠/, 'stomach'],
  [/骨|关节|脊柱|运动|康复|疼痛/, 'bone'],
  [/神经|脑|精神|心理|睡眠/, 'brain'],
  [/皮肤|性病|整形|美容/, 'skin'],
  [/中医|针灸|推拿/, 'leaf'],
  [/血液|肾|泌尿|透析|男科/, 'drop'],
  [/外科|手术|麻醉/, 'knife'],
  [/急诊|重症|感染|发热/, 'pulse'],
]

export function specialtyIcon(name: string): IconName {
  return PICTURES.find(([words]) => words.test(name))?.[1] ?? 'doctor'
}

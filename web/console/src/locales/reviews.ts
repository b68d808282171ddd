import { defineWords } from './words'

export const reviews = defineWords(
  {
    title: '就诊评价', states: { published: '已公开', pending: '待审核', hidden: '已隐藏' }, none: '没有评价', noneHint: '患者就诊完成后可以评价医生，含敏感内容的会先进入待审核。', doctor: '医生', everyDoctor: '全部医生', written: '评价时间', visited: '就诊日期', author: '患者', pick: '选择一条评价', held: '待审原因：{reason}', publish: '公开', hide: '隐藏', hideTitle: '隐藏这条评价', hideText: '隐藏后不再显示在医生主页，原因会记入事件日志。', hideReady: { personal: '含个人信息', abuse: '言辞不当', other: '与本次就诊无关' }, published: '已公开', hidden: '已隐藏', reply: '回复', replyHint: '以医院名义回复，公开显示', replied: '医院回复 {time}', sendReply: '发布回复', replySaved: '已回复', noText: '没有文字评价', hiddenBecause: '隐藏原因：{reason}',
    aspects: { attitude: '服务态度', explanation: '病情解释', skill: '诊疗水平', waiting: '候诊体验', environment: '就诊环境' }, summary: '医生评价概况', count: '{n} 条评价', tooFew: '满 {n} 条后公开显示平均分', mean: '平均 {n} 分', star: '{n} 星',
  },
  {
    title: 'Reviews', states: { published: 'Public', pending: 'To check', hidden: 'Hidden' }, none: 'No reviews', noneHint: 'After a finished visit people may review the doctor; what needs a look waits here first.', doctor: 'Doctor', everyDoctor: 'All doctors', written: 'Written', visited: 'Visit', author: 'Patient', pick: 'Choose a review', held: 'Held because: {reason}', publish: 'Publish', hide: 'Hide', hideTitle: 'Hide this review', hideText: 'It no longer shows on the doctor’s page; the reason goes to the event trail.', hideReady: { personal: 'Personal data', abuse: 'Abusive words', other: 'Not about this visit' }, published: 'Published', hidden: 'Hidden', reply: 'Reply', replyHint: 'In the hospital’s name, shown in public', replied: 'Hospital, {time}', sendReply: 'Post reply', replySaved: 'Reply posted', noText: 'No text', hiddenBecause: 'Hidden: {reason}',
    aspects: { attitude: 'Manner', explanation: 'Explanation', skill: 'Treatment', waiting: 'Waiting', environment: 'Premises' }, summary: 'The doctor’s reviews', count: '{n} reviews', tooFew: 'The mean shows from {n} reviews', mean: 'Mean {n}', star: '{n} stars',
  },
)

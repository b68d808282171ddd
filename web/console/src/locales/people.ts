import { defineWords } from './words'

export const people = defineWords(
  {
    title: '主索引审核', open: '待审核', decided: '已处理', local: '院内患者', none: '没有待审核的匹配', noneHint: '新的院内患者与平台人员相似但不能确定时，会出现在这里。', noneDecided: '还没有处理记录',
    score: '相似度', localSide: '院内患者', candidate: '平台人员', field: '项目', weight: '权重', agreement: '一致程度', localNumber: '院内号', linkIt: '是同一人，关联', rejectIt: '不是同一人', link: '关联', break: '解除关联', relink: '重新关联', reject: '不是同一人',
    linkTitle: '确认为同一人？', rejectTitle: '确认不是同一人？', linkText: '{local} 将与平台人员 {candidate} 关联，记录会归到同一个人名下。', rejectText: '{local} 不会与 {candidate} 关联；之后可以在“院内患者”里人工关联。', linkReasons: { id: '证件号一致', phone: '电话核实', present: '本人当面核验' }, rejectReasons: { name: '同名不同人', birth: '出生日期不符', twin: '双胞胎或亲属' },
    linked: '已关联', rejected: '已标记为不同人', broken: '已解除关联', nextOne: '打开下一条', fields: { name: '姓名', sex: '性别', birth_date: '出生日期', id_number: '证件号', phone: '手机号', address: '住址', pinyin: '姓名拼音' }, states: { open: '待审核', linked: '已关联', rejected: '不同人' },
    agree: '一致', partly: '接近', differ: '不符', missing: '缺', search: '姓名或院内号', noLocal: '没有找到院内患者', linkedTo: '已关联 {name}', unlinked: '未关联', method: { deterministic: '证件一致', probabilistic: '概率匹配', manual: '人工' }, since: '自 {date}', history: '关联历史', noHistory: '还没有关联记录', actions: { link: '关联', break: '解除', relink: '重新关联', reject: '判为不同人' },
    breakTitle: '解除 {local} 的关联？', breakText: '解除后，院内号 {number} 的记录不再归到此人名下，直到重新关联。', breakReasons: { wrong: '关联错误', merged: '院内合并后重建' }, findPerson: '查找平台人员：姓名、证件号或手机号', choose: '选择', decidedBy: '{who} · {at}', created: '{at} 提出', pick: '从左侧选择一条', organization: '来源机构',
  },
  {
    title: 'Master index', open: 'To review', decided: 'Decided', local: 'Local patients', none: 'Nothing to review', noneHint: 'A local patient who resembles a known person, but not surely, appears here.', noneDecided: 'Nothing decided yet',
    score: 'Score', localSide: 'Local patient', candidate: 'Known person', field: 'Item', weight: 'Weight', agreement: 'Agreement', localNumber: 'Local number', linkIt: 'Same person: link', rejectIt: 'Different people', link: 'Link', break: 'Break link', relink: 'Link again', reject: 'Different people',
    linkTitle: 'The same person?', rejectTitle: 'Different people?', linkText: '{local} will be linked to {candidate}; the records belong to one person from then on.', rejectText: '{local} will not be linked to {candidate}; it can still be linked by hand under Local patients.', linkReasons: { id: 'ID number agrees', phone: 'Confirmed by phone', present: 'Checked in person' }, rejectReasons: { name: 'Same name only', birth: 'Birth date differs', twin: 'Twin or relative' },
    linked: 'Linked', rejected: 'Marked as different people', broken: 'Link broken', nextOne: 'Open the next', fields: { name: 'Name', sex: 'Sex', birth_date: 'Birth date', id_number: 'ID number', phone: 'Phone', address: 'Address', pinyin: 'Name in pinyin' }, states: { open: 'To review', linked: 'Linked', rejected: 'Different' },
    agree: 'Agrees', partly: 'Close', differ: 'Differs', missing: 'Missing', search: 'Name or local number', noLocal: 'No local patient found', linkedTo: 'Linked to {name}', unlinked: 'Not linked', method: { deterministic: 'By document', probabilistic: 'By probability', manual: 'By hand' }, since: 'since {date}', history: 'Link history', noHistory: 'No link recorded yet', actions: { link: 'Linked', break: 'Broken', relink: 'Linked again', reject: 'Judged different' },
    breakTitle: 'Break the link of {local}?', breakText: 'Records of local number {number} no longer belong to this person until linked again.', breakReasons: { wrong: 'Wrong link', merged: 'Merged anew in the hospital' }, findPerson: 'Find a person: name, ID number or phone', choose: 'Choose', decidedBy: '{who} · {at}', created: 'Raised {at}', pick: 'Choose one on the left', organization: 'From',
  },
)

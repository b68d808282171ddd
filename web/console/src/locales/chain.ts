import { defineWords } from './words'

export const chain = defineWords(
  {
    title: '存证链', follow: '追踪处方', followHint: '处方号、处方编号或链上编号', verify: '验证整条链', verifyThis: '验证此处方', verifying: '正在重新计算…', evidence: '下载存证包', pickHint: '输入处方号，或在左侧点选一笔处方交易、一个区块。', pick: '查看一张处方经过的每一双手',
    tab: { newest: '最新上链', blocks: '区块', seals: '日志封存', members: '成员与节点' },
    none: { newest: '链上还没有交易', blocks: '还没有区块', seals: '还没有封存', members: '没有成员' },
    absent: '本区域还没有存证链', absentHint: '区域建立后由工作进程自动创建，稍后刷新。', breach: '存证数据被改动：区块 {height}', breachHint: '链已停止写入。请保全数据库，并用最近一次导出核对。原因：{reason}',
    height: '区块高度', blockTime: '出块时间', transactions: '链上交易', writer: '写入进程自', noWriter: '无写入进程', waiting: '待上链', genesis: '创世摘要', root: '状态根', digest: '区块摘要', previous: '前一区块', engine: '引擎', engines: { embedded: '内置（单一签名者）', consensus: 'CometBFT 共识' },
    at: '时间', what: '操作', who: '机构', number: '处方号', block: '区块', result: '结果', seal: '封存', events: '事件数', anchored: '链上锚定', yes: '已锚定', soon: '待锚定', count: '交易数', position: '序号', quantities: '数量', part: '第 {n} 份', signature: '区块签名', key: '签名密钥',
    round: '第 {n} 轮', replaced: '已被新一轮取代', window: '{from} 至 {to}', holder: '药房 {name}', dispensed: '已发 {out} / {all}', hands: '经手记录', waitingSteps: '等待上链', attempts: '已尝试 {n} 次', more: '更早的',
    checked: { ok: '全部验证通过', wrong: '验证发现问题', summary: '截至区块 {height}，用时 {ms} 毫秒' },
    kind: { commission: '卫健委', insurer: '医保', hospital: '医疗机构', pharmacy: '药房' }, governs: '治理成员', suspended: '已暂停', keys: '{n} 个密钥', used: '已签 {n} 次', retired: '已注销', node: { sealer: '出块签名者', validator: '共识节点' },
    role: { admin: '管理', govern: '表决', prescribe: '开方', review: '审方', patient: '代患者', dispense: '发药', settle: '结算', access: '调阅', supervise: '监督', recall: '召回', anchor: '锚定' },
  },
  {
    title: 'Evidence chain', follow: 'Follow', followHint: 'Prescription number, id, or name on the chain', verify: 'Verify the chain', verifyThis: 'Verify this one', verifying: 'Computing everything anew…', evidence: 'Evidence package', pickHint: 'Enter a prescription number, or choose a transaction or a block on the left.', pick: 'Follow a prescription through every hand',
    tab: { newest: 'Newest', blocks: 'Blocks', seals: 'Event seals', members: 'Members & nodes' },
    none: { newest: 'Nothing is on the chain yet', blocks: 'No blocks yet', seals: 'No seals yet', members: 'No members' },
    absent: 'This region has no evidence chain yet', absentHint: 'A worker founds it with the region; refresh in a moment.', breach: 'The stored chain was changed: block {height}', breachHint: 'It has stopped. Keep the database as it is and compare with the last export. Reason: {reason}',
    height: 'Height', blockTime: 'Newest block', transactions: 'Transactions', writer: 'Written since', noWriter: 'Nobody writes', waiting: 'Waiting', genesis: 'Genesis', root: 'State root', digest: 'Block', previous: 'Block before', engine: 'Engine', engines: { embedded: 'Embedded (one sealer)', consensus: 'CometBFT consensus' },
    at: 'Time', what: 'What', who: 'Organization', number: 'Prescription', block: 'Block', result: 'Result', seal: 'Seal', events: 'Events', anchored: 'On the chain', yes: 'Anchored', soon: 'Not yet', count: 'Transactions', position: 'No.', quantities: 'Quantities', part: 'Part {n}', signature: 'Seal', key: 'Signing key',
    round: 'Round {n}', replaced: 'Replaced by the next round', window: '{from} to {to}', holder: 'Pharmacy {name}', dispensed: '{out} of {all} handed out', hands: 'Every hand', waitingSteps: 'Waiting for the chain', attempts: '{n} tries', more: 'Older',
    checked: { ok: 'Everything agrees', wrong: 'Something does not agree', summary: 'Up to block {height}, {ms} ms' },
    kind: { commission: 'Commission', insurer: 'Insurer', hospital: 'Hospital', pharmacy: 'Pharmacy' }, governs: 'Governs', suspended: 'Suspended', keys: '{n} keys', used: 'Signed {n} times', retired: 'Retired', node: { sealer: 'Sealer of blocks', validator: 'Validator' },
    role: { admin: 'Admin', govern: 'Vote', prescribe: 'Prescribe', review: 'Review', patient: 'For patients', dispense: 'Dispense', settle: 'Settle', access: 'Access', supervise: 'Supervise', recall: 'Recall', anchor: 'Anchor' },
  },
)

import { defineWords } from './words'

export const cashier = defineWords(
  {
    title: '收费处', window: '窗口', windowHint: '现金记在这个窗口的钱箱里',
    bills: '账单', due: '待缴', all: '全部', noBills: '没有待缴的账单', noBillsHint: '挂号、检查、药品开出后会出现在这里。', noBillsAll: '没有账单', owed: '待缴', billNo: '账单号', lines: '明细', quantity: '数量', price: '单价', sum: '金额', item: '项目', class: '医保', takenBack: '已冲销', counterLine: '冲销', paid: '已付', chooseAll: '全选', chosen: '已选 {n} 项',
    pickBill: '选择一张账单', pickBillHint: '左侧列出患者在本院的账单。', explain: '为什么是这个数', whoPaid: '谁付了多少',
    pay: '缴费', insurance: '使用医保结算', account: '使用个人账户', deposit: '使用预交金 {amount}', howOwn: '个人部分用', total: '合计', own: '患者应付', why: '费用说明', noInsurance: '不能用医保：{why}', balance: '结算后个人账户余额 {amount}',
    channels: { cash: '现金', wechat: '微信', alipay: '支付宝', card: '银行卡', face: '刷脸' }, scenes: { native: '出示二维码', code: '扫付款码' }, payCode: '扫患者付款码', terminal: '终端号', confirm: '确认收费 {amount}', nothingDue: '这张账单已经付清', notConnected: '未接通',
    progress: '支付进度', waiting: '等待患者付款', scanThis: '请患者扫码支付', cashDue: '应收现金', cashGot: '实收', change: '找零', cashTake: '收款完成', cashShort: '实收不足', done: '收费完成', failed: '没有收到款，费用未付', cancel: '取消支付', cancelled: '支付已取消，已付部分退回', again: '继续收费', refunding: '退款中',
    payments: '支付记录', noPayments: '还没有支付记录', refund: '退费', refundTitle: '选择要退的项目', refundReason: '退费原因', refundReasons: { notDone: '未做检查', drugBack: '药品退回', wrong: '开错项目', other: '患者要求' }, refundNow: '确认退费 {amount}', refunded: '退费已受理', handBack: '已退现金 {amount}', handedBack: '现金已退还', insuranceAnew: '医保将整笔撤销后对剩余项目重新结算，差额按付款相反的次序退回。', refundSum: '退 {amount}',
    stuck: '待处理支付', stuckNone: '没有卡住的支付', stuckNoneHint: '所有支付都在正常进行。', waitingCash: '等待现金', retry: '再试一次', retried: '已重试', since: '{time} 起', openIt: '打开', states: { pre_settled: '待支付', settling: '支付中', settled: '已支付', part_refunded: '部分退款', refunded: '已退款', compensating: '撤销中', failed: '未支付' }, fund: '统筹基金', accountPart: '个人账户', hospital: '医院承担', backs: '退款去向', owedMore: '重新结算后患者需补缴 {amount}',
  },
  {
    title: 'Cashier', window: 'Window', windowHint: 'Cash is booked to this window’s till',
    bills: 'Bills', due: 'Due', all: 'All', noBills: 'Nothing is due', noBillsHint: 'Registrations, examinations and drugs show up here once they are ordered.', noBillsAll: 'No bills', owed: 'Due', billNo: 'Bill', lines: 'Lines', quantity: 'Qty', price: 'Price', sum: 'Amount', item: 'Item', class: 'Class', takenBack: 'Taken back', counterLine: 'Counter', paid: 'Paid', chooseAll: 'All', chosen: '{n} chosen',
    pickBill: 'Choose a bill', pickBillHint: 'The patient’s bills of this hospital are on the left.', explain: 'Why this amount', whoPaid: 'Who paid what',
    pay: 'Payment', insurance: 'Settle with insurance', account: 'Use the personal account', deposit: 'Use the deposit of {amount}', howOwn: 'Own part by', total: 'Total', own: 'Patient pays', why: 'Why', noInsurance: 'Insurance cannot be used: {why}', balance: 'Personal account afterwards {amount}',
    channels: { cash: 'Cash', wechat: 'WeChat', alipay: 'Alipay', card: 'Card', face: 'Face' }, scenes: { native: 'Show a code', code: 'Scan their code' }, payCode: 'Scan the payer’s code', terminal: 'Terminal', confirm: 'Take {amount}', nothingDue: 'This bill is paid in full', notConnected: 'Not connected',
    progress: 'Progress', waiting: 'Waiting for the payer', scanThis: 'The patient scans this code', cashDue: 'Cash due', cashGot: 'Received', change: 'Change', cashTake: 'Cash taken', cashShort: 'Not enough', done: 'Paid', failed: 'No money came; the bill is unpaid', cancel: 'Cancel payment', cancelled: 'Cancelled; what was paid goes back', again: 'Go on', refunding: 'Being refunded',
    payments: 'Payments', noPayments: 'No payments yet', refund: 'Refund', refundTitle: 'Choose what to give back', refundReason: 'Reason', refundReasons: { notDone: 'Not carried out', drugBack: 'Drugs returned', wrong: 'Ordered by mistake', other: 'Patient asked' }, refundNow: 'Refund {amount}', refunded: 'Refund under way', handBack: '{amount} handed back', handedBack: 'Cash handed back', insuranceAnew: 'The insurer takes its settlement back and settles the rest anew; the difference goes back to the last payer first.', refundSum: 'Give back {amount}',
    stuck: 'Payments to look at', stuckNone: 'Nothing is stuck', stuckNoneHint: 'All payments are on their way.', waitingCash: 'Waiting for cash', retry: 'Try again', retried: 'Tried again', since: 'since {time}', openIt: 'Open', states: { pre_settled: 'Confirmed', settling: 'Being paid', settled: 'Paid', part_refunded: 'Partly refunded', refunded: 'Refunded', compensating: 'Taken back', failed: 'Not paid' }, fund: 'Funds', accountPart: 'Account', hospital: 'Hospital', backs: 'Where the money goes', owedMore: 'After settling anew the patient owes {amount}',
  },
)

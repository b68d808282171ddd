import { defineWords } from './words'

export const tills = defineWords(
  {
    title: '现金盘点', lead: '交班时清点钱箱，和账面核对', day: '盘点日', count: '清点钱箱', counts: '当天的盘点', anew: '重新盘点', anewText: '更正 {name} 登记的{shift}盘点，仍核对同一时段。',
    window: '窗口', shift: '班次', shifts: { early: '早班', late: '中班', night: '晚班', whole: '全天' }, piece: '面额', number: '张数', numberOf: '{n} 元的张数', yuan: '{n} 元', jiao: '{n} 角', drawer: '钱箱合计', float: '减去备用金', toCount: '实收现金', note: '备注（可不填）',
    blind: '提交之后才显示账面金额，请先如实清点。', keep: '登记盘点', next: '完成', counted: '实点', booked: '账面', stretch: '时段', begin: '开窗', result: '结果', by: '盘点人',
    verdicts: { even: '账实相符', over: '长款', short: '短款' }, differsNext: '差额会进入当天的对账差异，由财务处理；点错了可以重新盘点。', evenNext: '已登记，下一班从现在算起。',
    none: '这一天还没有盘点', noneHint: '收过现金的窗口在交班时清点一次。', figures: { windows: '已盘窗口', counted: '实点合计', booked: '账面合计', difference: '差额' },
  },
  {
    title: 'Tills', lead: 'At the end of a shift the drawer is counted against the books', day: 'Day', count: 'Count a drawer', counts: 'Counts of the day', anew: 'Count anew', anewText: 'Corrects the count of {name} ({shift}); it speaks of the same stretch.',
    window: 'Window', shift: 'Shift', shifts: { early: 'Early', late: 'Late', night: 'Night', whole: 'Whole day' }, piece: 'Note or coin', number: 'How many', numberOf: 'How many of ¥{n}', yuan: '¥{n}', jiao: '{n} jiao', drawer: 'In the drawer', float: 'Less the float', toCount: 'Cash taken', note: 'Note (optional)',
    blind: 'What the books say is shown after you have counted.', keep: 'Keep the count', next: 'Done', counted: 'Counted', booked: 'Books', stretch: 'From – to', begin: 'the beginning', result: 'Result', by: 'Counted by',
    verdicts: { even: 'Agrees', over: 'Too much', short: 'Too little' }, differsNext: 'The gap becomes a difference of the day, for the finance office; a wrong count can be made anew.', evenNext: 'Kept; the next shift begins now.',
    none: 'Nothing was counted on this day', noneHint: 'A window that took cash is counted once at the end of its shift.', figures: { windows: 'Windows counted', counted: 'Counted', booked: 'Books', difference: 'Gap' },
  },
)

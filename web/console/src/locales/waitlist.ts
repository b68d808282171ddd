import { defineWords } from './words'

export const waitlist = defineWords(
  {
    title: '候补管理', line: '候补队列', offers: '号源通知', department: '科室', everyDepartment: '全部科室', none: '没有人在候补', noneHint: '号满时患者可在手机或服务台登记候补；有号释放时按顺序通知。', place: '顺位', patient: '患者', clinic: '科室', doctor: '医生', anyDoctor: '不限医生', wants: '可就诊日期', period: '时段', periods: { am: '上午', pm: '下午', any: '不限' }, joined: '登记时间', state: '状态', priority: '优先', ahead: '前面 {n} 人',
    states: { waiting: '候补中', offered: '待确认', booked: '已约上', left: '已退出', expired: '已过期' }, unanswered: '未回应 {n} 次', past: '含已结束', rules: '退号与通知规则', rulesSaved: '规则已保存', rulesWrong: '最短时间不能长于最长时间',
    numbers: {
      cancelled_min_seconds: '退号最短放回（秒）', cancelled_max_seconds: '退号最长放回（秒）', hold_min_seconds: '占号释放最短（秒）', hold_max_seconds: '占号释放最长（秒）', at_once_minutes: '临近立即放回（分）', offer_minutes: '候补确认时限（分）', replacement_minutes: '改约确认时限（分）', offer_least_minutes: '最短确认时限（分）', night_from: '夜间开始（时）', night_until: '夜间结束（时）', entries_most: '每人候补上限', unanswered_most: '未回应上限',
    },
    numberTexts: {
      cancelled_min_seconds: '退出的号在这段时间之后随机放回，抢号脚本守不到', cancelled_max_seconds: '随机放回的最长等待', hold_min_seconds: '占而未约的号放回前的最短等待', hold_max_seconds: '占而未约的号放回前的最长等待', at_once_minutes: '距就诊不足这段时间的号立即放回', offer_minutes: '候补患者收到号后多久内确认', replacement_minutes: '停诊患者收到改约后多久内确认', offer_least_minutes: '临近就诊时也至少留这么久', night_from: '夜间发出的通知不计时', night_until: '次日从这一小时开始计时', entries_most: '同一患者同时最多几条候补', unanswered_most: '连续几次不回应即退出候补',
    },
    leave: '退出', leaveTitle: '让 {name} 退出候补？', left: '已退出候补', join: '登记候补', joinTitle: '登记候补', joined2: '{name} 已登记候补，前面 {n} 人', span: '可就诊日期', spanHint: '只通知这段日期内释放的号', service: '号别', anyService: '不限号别',
    offersNone: '现在没有待确认的号', offersHint: '有号释放时，系统按顺序为候补患者占号并通知，到时未确认则顺延给下一位。', reason: '来源', reasons: { waitlist: '候补', stopped: '停诊改约', moved: '调班改约' }, slot: '就诊时间', expires: '确认期限', remaining: '剩 {time}', over: '已到期', decline: '代为放弃', declineTitle: '代 {name} 放弃这个号？', declineText: '号会立刻通知下一位候补患者。', declined: '已放弃，号源通知下一位', accept: '代为确认', accepted: '{name} 已预约成功', figures: { waiting: '候补中', offered: '待确认', lastWeek: '近 7 天已通知', silent: '未回应过通知' },
  },
  {
    title: 'Waiting list', line: 'In line', offers: 'Offers', department: 'Department', everyDepartment: 'All departments', none: 'Nobody is waiting', noneHint: 'When a clinic is full, people join on the phone or at the desk; a freed place is offered in order.', place: 'Place', patient: 'Patient', clinic: 'Department', doctor: 'Doctor', anyDoctor: 'Any doctor', wants: 'Days', period: 'Time', periods: { am: 'Morning', pm: 'Afternoon', any: 'Any' }, joined: 'Joined', state: 'State', priority: 'Priority', ahead: '{n} ahead',
    states: { waiting: 'Waiting', offered: 'Offered', booked: 'Booked', left: 'Left', expired: 'Expired' }, unanswered: '{n} unanswered', past: 'Ended ones too', rules: 'Rules', rulesSaved: 'Rules saved', rulesWrong: 'The shortest time cannot be longer than the longest',
    numbers: {
      cancelled_min_seconds: 'Cancelled: soonest (s)', cancelled_max_seconds: 'Cancelled: latest (s)', hold_min_seconds: 'Lapsed hold: soonest (s)', hold_max_seconds: 'Lapsed hold: latest (s)', at_once_minutes: 'At once within (min)', offer_minutes: 'Time to confirm (min)', replacement_minutes: 'Time to rebook (min)', offer_least_minutes: 'Least time (min)', night_from: 'Night begins (h)', night_until: 'Night ends (h)', entries_most: 'Entries a person', unanswered_most: 'Unanswered offers',
    },
    numberTexts: {
      cancelled_min_seconds: 'A cancelled place returns at a random moment after this', cancelled_max_seconds: 'The longest such wait', hold_min_seconds: 'The shortest wait after a hold that lapsed', hold_max_seconds: 'The longest wait after a hold that lapsed', at_once_minutes: 'So close to the visit a place returns at once', offer_minutes: 'How long an offered place may be confirmed', replacement_minutes: 'How long a place instead of a stopped clinic may be confirmed', offer_least_minutes: 'Even close to the visit this much time is given', night_from: 'Offers of the night do not run', night_until: 'Their clock starts at this hour', entries_most: 'How many entries one person may have', unanswered_most: 'After so many the entry ends',
    },
    leave: 'Leave', leaveTitle: 'Take {name} off the list?', left: 'Off the list', join: 'Join the list', joinTitle: 'Join the waiting list', joined2: '{name} is on the list, {n} ahead', span: 'Days that suit', spanHint: 'Only places on these days are offered', service: 'Clinic kind', anyService: 'Any kind',
    offersNone: 'No open offers', offersHint: 'A freed place is held for the next in line and offered; if it is not confirmed in time it goes on to the next.', reason: 'Why', reasons: { waitlist: 'Waiting list', stopped: 'Stopped clinic', moved: 'Moved clinic' }, slot: 'Visit', expires: 'Confirm by', remaining: '{time} left', over: 'Over', decline: 'Decline for them', declineTitle: 'Decline this place for {name}?', declineText: 'The place is offered to the next in line at once.', declined: 'Declined; the next is being told', accept: 'Confirm for them', accepted: '{name} is booked', figures: { waiting: 'Waiting', offered: 'Offered', lastWeek: 'Offered in 7 days', silent: 'Did not answer' },
  },
)

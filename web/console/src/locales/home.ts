import { defineWords } from './words'

export const home = defineWords(
  {
    title: '今日概况', booked: '预约', checkedIn: '已签到', waiting: '候诊中', finished: '已完成', cancelled: '取消', noShow: '爽约', averageWait: '平均候诊', minutes: '分钟',
    byHour: '按时段', byDepartment: '各科室', byChannel: '预约渠道', department: '科室', total: '合计', people: '人次', none: '这一天还没有预约', noneHint: '换一天，或选择另一家机构。',
    refreshed: '{time} 更新', share: '完成率 {n}%', checkedShare: '签到率 {n}%', day: '日期',
  },
  {
    title: 'Today', booked: 'Booked', checkedIn: 'Checked in', waiting: 'Waiting', finished: 'Finished', cancelled: 'Cancelled', noShow: 'No-show', averageWait: 'Average wait', minutes: 'min',
    byHour: 'By hour', byDepartment: 'By department', byChannel: 'Channels', department: 'Department', total: 'Total', people: 'visits', none: 'Nothing booked on this day', noneHint: 'Choose another day or another organization.',
    refreshed: 'Updated {time}', share: '{n}% finished', checkedShare: '{n}% checked in', day: 'Day',
  },
)

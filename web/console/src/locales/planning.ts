import { defineWords } from './words'

export const planning = defineWords(
  {
    hint: '拖动卡片调整时间、日期或医生，拖上下边缘改时长，在空白处拖出新的出诊；选中卡片后也可用方向键移动、Shift+方向键改时长，回车确认。',
    resource: '医生 / 团队 / 诊室', kinds: { practitioner: '医生', team: '专家团队', location: '诊室与设备', service: '普通号' }, pools: '号池', noPools: '没有分池', ofPool: '{booked}/{capacity}',
    moveTitle: '调整出诊', from: '原来', to: '改为', once: '只改这一次', onceHint: '记为调班，其他周不变', weekly: '以后每周都改', weeklyHint: '修改排班模板，下次生成时生效', bookedBlocks: '已有 {n} 人预约，不能直接调班。请先停诊，系统会为每位患者提供改约。',
    noTemplate: '这次出诊没有模板，只能停诊或加号。', moved: '已调整', partly: '原来的一次已取消，但新的没有建立；请在新日期补加一次。', keep: '不改了', drawn: '在空白处新建', reasonReady: { swap: '医生调班', room: '诊室调整', demand: '就诊需求变化' },
    affected: '受影响的患者', affectedNone: '没有患者受影响', affectedHint: '停诊后系统为每位患者寻找同医生或同科室同职称的号源，患者在手机上确认；不接受者可随时全额退号。', noOffer: '未找到合适号源', offered: '改约建议', original: '原时间', patient: '患者', phone: '电话', state: '状态', until: '{time} 前有效', affectedSum: '{n} 人受影响：{taken} 人已改约，{open} 人待确认，{rest} 人需要电话联系', callThem: '需电话联系', openAffected: '改约进展', appointmentState: '原预约',
    extraPlace: '加号', extraTitle: '加号：{who} {time}', extraText: '为指定患者在本次出诊加一个号，写明原因；超出本单元加号上限会被拒绝。', extraDone: '已为 {name} 加号，{time} 就诊', extraReasons: { acute: '病情急', review: '检查后复诊', far: '外地患者' }, findPatient: '姓名、证件号、手机号或扫码', patientNone: '没有找到这位患者', choosePatient: '选择患者', change: '换一位',
    teams: '专家团队', newTeam: '新建团队', editTeam: '修改团队', teamName: '团队名称', teamNameEn: '英文名称', members: '成员', lead: '负责人', leadNeeded: '请指定一位负责人', noTeams: '还没有专家团队', noTeamsHint: '团队出诊不挂在某一位医生名下，成员都可以接诊、叫号。', teamSaved: '团队已保存', active: '启用', inactive: '停用', addMember: '添加成员', memberCount: '{n} 名成员',
  },
  {
    hint: 'Drag a card to change time, day or doctor; drag its edges to change its length; draw on an empty place for a new clinic. With a card focused, arrows move, Shift+arrows resize, Enter confirms.',
    resource: 'Doctor / team / room', kinds: { practitioner: 'Doctor', team: 'Expert team', location: 'Room or device', service: 'General' }, pools: 'Pools', noPools: 'One pool', ofPool: '{booked}/{capacity}',
    moveTitle: 'Move a clinic', from: 'Was', to: 'Becomes', once: 'Only this time', onceHint: 'Recorded as an exception; other weeks stay', weekly: 'Every week from now on', weeklyHint: 'Changes the template; takes effect at the next generation', bookedBlocks: '{n} people are booked, so it cannot be moved as it is. Stop the clinic first; everybody is offered another place.',
    noTemplate: 'This clinic has no template; it can only be stopped or given extra places.', moved: 'Moved', partly: 'The old one is off, but the new one was not made; please add it on the new day.', keep: 'Keep as it was', drawn: 'New on an empty place', reasonReady: { swap: 'Swap of doctors', room: 'Room change', demand: 'Change in demand' },
    affected: 'People affected', affectedNone: 'Nobody is affected', affectedHint: 'For each person the platform looks for a place with the same doctor, then the same department and title; the person confirms on the phone. Whoever refuses may cancel with a full refund at any time.', noOffer: 'No fitting place found', offered: 'Offered', original: 'Was', patient: 'Patient', phone: 'Phone', state: 'State', until: 'valid until {time}', affectedSum: '{n} affected: {taken} moved, {open} to confirm, {rest} to be phoned', callThem: 'To be phoned', openAffected: 'Rebooking', appointmentState: 'Appointment',
    extraPlace: 'Extra place', extraTitle: 'Extra place: {who} {time}', extraText: 'Adds one place in this clinic for a named patient, with a reason; more than the limit of the clinic is refused.', extraDone: 'Extra place for {name} at {time}', extraReasons: { acute: 'Acute', review: 'Back with results', far: 'Came from far' }, findPatient: 'Name, ID, phone or scan a card', patientNone: 'Nobody found', choosePatient: 'Choose the patient', change: 'Another',
    teams: 'Expert teams', newTeam: 'New team', editTeam: 'Change team', teamName: 'Name of the team', teamNameEn: 'English name', members: 'Members', lead: 'Lead', leadNeeded: 'Please name a lead', noTeams: 'No expert teams yet', noTeamsHint: 'A team’s clinic belongs to no single doctor; any member may see and call patients.', teamSaved: 'Team saved', active: 'In use', inactive: 'Off', addMember: 'Add a member', memberCount: '{n} members',
  },
)

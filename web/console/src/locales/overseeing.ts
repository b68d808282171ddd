import { defineWords } from './words'

export const overseeing = defineWords(
  {
    events: {
      title: '事件日志', live: '实时跟随', paused: '已暂停', type: '事件类型', typeHint: '如 booking:appointment:booked', subject: '对象', subjectType: '对象类型', subjectId: '对象编号', actor: '操作人', span: '时间', clear: '清除条件',
      none: '没有符合条件的事件', noneHint: '放宽条件，或打开实时跟随等待新的事件。', at: '时间', what: '内容', who: '操作人', position: '序号', detail: '事件详情', payload: '数据', history: '此对象的全部事件', organization: '机构', pick: '选择一条事件查看详情', arrived: '{n} 条新事件', kind: '身份', from: '开始', to: '结束', id: '事件编号', copy: '复制数据',
    },
    directory: {
      title: '机构目录', search: '名称、代码或拼音首字母', kind: '类型', none: '没有符合条件的机构', departments: '科室', practitioners: '医务人员', services: '服务与价格', locations: '位置', address: '地址', phone: '电话', code: '代码', grade: '等级', district: '区县', searchDoctor: '姓名或专长', noDepartments: '没有科室', noPractitioners: '没有医务人员', noServices: '没有服务', noLocations: '没有位置', work: '切换到此机构工作',
      departmentsCount: '{n} 个科室', practitionersCount: '{n} 名医务人员', name: '名称', place: '位置', kindColumn: '类别', title2: '职称', specialty: '专长', fee: '诊查费', minutes: '每段', floor: '楼层', pick: '选择一家机构', departmentColumn: '科室',
    },
    system: {
      title: '系统运行', health: '服务状态', ok: '正常', parked: '搁置的事件', reactors: '事件处理', noParked: '没有搁置的事件', noParkedHint: '处理失败多次的事件会停在这里，等待人工处理，不影响其他事件。', retry: '重试', discard: '放弃', retryTitle: '重新处理这条事件？', discardTitle: '放弃这条事件？', discardText: '放弃后 {reactor} 不会再处理它；事件本身仍保留在日志里。', retried: '已安排重试', discarded: '已放弃',
      reactor: '处理程序', error: '错误', attempts: '次数', since: '搁置时间', state: '状态', states: { parked: '搁置', retried: '已重试', discarded: '已放弃' }, position: '已处理到', lag: '落后', lastRun: '最近运行', parkedCount: '搁置', noReactors: '没有事件处理程序', version: '平台版本', region: '区域', zone: '时区', holdTime: '占号保留', seconds: '{n} 秒', fixed: '原因已消除，重新处理', duplicate: '重复或测试数据', event: '事件',
    },
    devices: {
      title: '大屏与自助机', add: '登记设备', none: '还没有设备', noneHint: '登记后得到一次性显示的设备令牌，打开设备地址即可使用。', kind: '类型', kinds: { kiosk: '自助签到机', hall: '候诊大屏', gate: '闸机' }, name: '名称', nameHint: '如 一楼大厅 1 号机', location: '候诊区', noLocation: '不指定', tokenTitle: '设备令牌', tokenText: '令牌只显示这一次。请在设备的浏览器里打开下面的地址，令牌会保存在设备上并从地址里去掉。', openHall: '预览大屏', openKiosk: '预览自助机', halls: '候诊区', noHalls: '本机构没有候诊区', address: '设备地址', hallNeeded: '大屏需要选择候诊区',
    },
  },
  {
    events: {
      title: 'Event trail', live: 'Follow live', paused: 'Paused', type: 'Event type', typeHint: 'e.g. booking:appointment:booked', subject: 'Subject', subjectType: 'Subject type', subjectId: 'Subject id', actor: 'Actor', span: 'Time', clear: 'Clear filters',
      none: 'No event matches', noneHint: 'Loosen the filters, or follow live and wait for the next event.', at: 'Time', what: 'What happened', who: 'Actor', position: 'No.', detail: 'Event', payload: 'Data', history: 'All events of this subject', organization: 'Organization', pick: 'Choose an event to see it', arrived: '{n} new', kind: 'Acting as', from: 'From', to: 'To', id: 'Event id', copy: 'Copy data',
    },
    directory: {
      title: 'Directory', search: 'Name, code or pinyin initials', kind: 'Kind', none: 'No organization matches', departments: 'Departments', practitioners: 'Practitioners', services: 'Services & fees', locations: 'Locations', address: 'Address', phone: 'Phone', code: 'Code', grade: 'Grade', district: 'District', searchDoctor: 'Name or specialty', noDepartments: 'No departments', noPractitioners: 'No practitioners', noServices: 'No services', noLocations: 'No locations', work: 'Work in this organization',
      departmentsCount: '{n} departments', practitionersCount: '{n} practitioners', name: 'Name', place: 'Place', kindColumn: 'Kind', title2: 'Title', specialty: 'Specialty', fee: 'Fee', minutes: 'Slot', floor: 'Floor', pick: 'Choose an organization', departmentColumn: 'Department',
    },
    system: {
      title: 'System', health: 'Service', ok: 'Healthy', parked: 'Parked events', reactors: 'Reactors', noParked: 'Nothing is parked', noParkedHint: 'An event that failed several times waits here for a person; the others go on.', retry: 'Retry', discard: 'Discard', retryTitle: 'Process this event again?', discardTitle: 'Discard this event?', discardText: '{reactor} won’t process it any more; the event itself stays in the trail.', retried: 'Will be tried again', discarded: 'Discarded',
      reactor: 'Reactor', error: 'Error', attempts: 'Tries', since: 'Parked', state: 'State', states: { parked: 'Parked', retried: 'Retried', discarded: 'Discarded' }, position: 'Position', lag: 'Behind', lastRun: 'Last run', parkedCount: 'Parked', noReactors: 'No reactors', version: 'Version', region: 'Region', zone: 'Time zone', holdTime: 'Hold time', seconds: '{n} s', fixed: 'Cause removed, process again', duplicate: 'Duplicate or test data', event: 'Event',
    },
    devices: {
      title: 'Screens & kiosks', add: 'Add device', none: 'No devices yet', noneHint: 'A new device gets a token, shown once; open the device address to use it.', kind: 'Kind', kinds: { kiosk: 'Check-in kiosk', hall: 'Hall screen', gate: 'Gate' }, name: 'Name', nameHint: 'e.g. Ground floor, kiosk 1', location: 'Waiting hall', noLocation: 'Not set', tokenTitle: 'Device token', tokenText: 'The token is shown only now. Open the address below in the device’s browser; it is kept on the device and removed from the address.', openHall: 'Preview screen', openKiosk: 'Preview kiosk', halls: 'Waiting halls', noHalls: 'This organization has no waiting hall', address: 'Device address', hallNeeded: 'A hall screen needs a waiting hall',
    },
  },
)

import { defineWords } from './words'

export const shell = defineWords(
  {
    product: '医通工作台',
    region: '区域智慧医院平台',
    nav: {
      care: '诊疗', money: '收费', manage: '管理', oversight: '监管', home: '今日概况', room: '诊室工作站', prescribe: '开具处方', exams: '检查中心', review: '处方审核', pharmacy: '购药请求', shelf: '货架与营业', recalls: '药品召回', desk: '服务台', cashier: '收费处', stays: '住院账户', reconciliation: '对账', tills: '现金盘点', claims: '商保理赔', insurance: '医保规则', schedules: '排班管理',
      people: '主索引审核', queues: '分诊排队', channels: '渠道与号源', waitlist: '候补管理', draws: '抽签放号', reviews: '就诊评价', risk: '防号贩看板', events: '事件日志', chain: '存证链', directory: '机构目录', system: '系统运行', devices: '大屏与自助机', staff: '人员账号',
    },
    top: {
      jump: '查找或跳转', language: 'English', signOut: '退出登录', organization: '机构', chooseOrganization: '选择机构', wholeRegion: '全区域',
      live: '实时连接', online: '已连接', offline: '连接中断', reconnecting: '正在重连', keys: '快捷键', fold: '收起导航', unfold: '展开导航',
    },
    palette: { hint: '输入页面或操作名称', none: '没有匹配的页面或操作', go: '打开', command: '操作', page: '页面' },
    offer: { open: '待确认', taken: '已接受', declined: '已放弃', expired: '已过期' },
    state: {
      loading: '正在读取', empty: '暂无数据', retry: '重试', stale: '连接中断，显示的是 {time} 的数据', requestId: '请求号 {id}',
      forbidden: '当前身份不能使用此页面', forbiddenNext: '请换用有权限的账号，或联系本机构管理员。', notFound: '没有这个页面', backHome: '回到首页',
      noOrganization: '请先选择机构', noOrganizationNext: '在右上角选择要查看的机构。', more: '显示更多', copied: '已复制',
    },
    act: {
      cancel: '取消', confirm: '确定', close: '关闭', save: '保存', add: '新增', edit: '修改', back: '返回', refresh: '刷新', search: '查找', all: '全部',
      reason: '原因', reasonHint: '写明原因，会记入事件日志', required: '此项必填', copy: '复制', print: '打印', open: '打开', yes: '是', no: '否',
    },
    role: {
      doctor: '医生', nurse: '护士', pharmacist: '药师', registrar: '服务台', scheduler: '排班员', cashier: '收费员', finance: '财务', hospital_admin: '医院管理员', regulator: '监管人员', platform_admin: '平台管理员',
    },
    sex: { male: '男', female: '女', unknown: '未知' },
    age: '{n} 岁',
    minutes: '{n} 分钟',
    yuan: '{amount} 元',
    people: '{n} 人',
    places: '{n} 个',
    weekday: { d1: '周一', d2: '周二', d3: '周三', d4: '周四', d5: '周五', d6: '周六', d7: '周日' },
    period: { am: '上午', pm: '下午', evening: '晚间' },
    today: '今天',
    idKind: {
      k01: '居民身份证', k02: '居民户口簿', k03: '护照', k06: '港澳居民来往内地通行证', k07: '台湾居民来往大陆通行证', k15: '外国人永久居留身份证', k16: '港澳台居民居住证',
    },
    appointment: {
      held: '待确认', booked: '已预约', checked_in: '已签到', called: '已叫号', in_consultation: '就诊中', fulfilled: '已完成', cancelled: '已取消', no_show: '爽约', expired: '已过期',
    },
    service: { general: '普通门诊', expert: '专家门诊', special: '特需门诊', emergency: '急诊', return_visit: '复诊门诊', treatment: '治疗', exam: '检查' },
    channel: { wechat: '微信', alipay: '支付宝', h5: '网页', app: 'App', window: '窗口', kiosk: '自助机', phone: '电话', third_party: '第三方', community: '社区转诊', doctor: '医生', system: '医院系统' },
    pool: { common: '公共', onsite: '现场', elderly: '老年', community: '社区', partner: '合作', extra: '加号', draw: '抽签' },
    card: { active: '卡正常', frozen: '卡已冻结', none: '未领卡' },
    floor: '{n} 层',
    departmentKind: { outpatient: '门诊', inpatient: '住院', emergency: '急诊', laboratory: '检验', imaging: '影像', examination: '检查', pharmacy: '药房', surgery: '手术', admin: '行政', medtech: '医技' },
    locationKind: { hall: '候诊厅', room: '诊室', building: '楼栋', floor: '楼层', ward: '病区', desk: '服务台', chair: '治疗位', device: '设备', theatre: '手术间' },
    organizationKind: { hospital: '医院', community_centre: '社区卫生服务中心', pharmacy: '药店', insurer: '商业保险公司', insurance_office: '医保经办机构', commission: '卫生健康委' },
  },
  {
    product: 'Yitong Console',
    region: 'Smart hospital platform of the region',
    nav: {
      care: 'Care', money: 'Money', manage: 'Management', oversight: 'Oversight', home: 'Today', room: 'Consulting room', prescribe: 'Prescribe', exams: 'Examinations', review: 'Prescription review', pharmacy: 'Request wall', shelf: 'Shelf & shop', recalls: 'Drug recalls', desk: 'Front desk', cashier: 'Cashier', stays: 'Inpatient accounts', reconciliation: 'Reconciliation', tills: 'Tills', claims: 'Commercial claims', insurance: 'Insurance rules', schedules: 'Schedules',
      people: 'Master index', queues: 'Queues', channels: 'Channels & quotas', waitlist: 'Waiting list', draws: 'Draws', reviews: 'Reviews', risk: 'Risk board', events: 'Event trail', chain: 'Evidence chain', directory: 'Directory', system: 'System', devices: 'Screens & kiosks', staff: 'Staff accounts',
    },
    top: {
      jump: 'Find or jump to', language: '中文', signOut: 'Sign out', organization: 'Organization', chooseOrganization: 'Choose an organization', wholeRegion: 'Whole region',
      live: 'Live', online: 'Connected', offline: 'Connection lost', reconnecting: 'Reconnecting', keys: 'Shortcuts', fold: 'Fold the menu', unfold: 'Unfold the menu',
    },
    palette: { hint: 'Type a page or an action', none: 'No page or action matches', go: 'Open', command: 'Action', page: 'Page' },
    offer: { open: 'Open', taken: 'Taken', declined: 'Declined', expired: 'Expired' },
    state: {
      loading: 'Loading', empty: 'Nothing here yet', retry: 'Retry', stale: 'Connection lost – data as of {time}', requestId: 'Request {id}',
      forbidden: 'Your role cannot use this page', forbiddenNext: 'Sign in with another account or ask your administrator.', notFound: 'There is no such page', backHome: 'Back to the start',
      noOrganization: 'Choose an organization first', noOrganizationNext: 'Pick the organization to look at in the top right corner.', more: 'Show more', copied: 'Copied',
    },
    act: {
      cancel: 'Cancel', confirm: 'OK', close: 'Close', save: 'Save', add: 'Add', edit: 'Edit', back: 'Back', refresh: 'Refresh', search: 'Search', all: 'All',
      reason: 'Reason', reasonHint: 'Say why; it is written to the event trail', required: 'Please fill this in', copy: 'Copy', print: 'Print', open: 'Open', yes: 'Yes', no: 'No',
    },
    role: {
      doctor: 'Doctor', nurse: 'Nurse', pharmacist: 'Pharmacist', registrar: 'Front desk', scheduler: 'Scheduler', cashier: 'Cashier', finance: 'Finance', hospital_admin: 'Hospital admin', regulator: 'Regulator', platform_admin: 'Platform admin',
    },
    sex: { male: 'Male', female: 'Female', unknown: 'Unknown' },
    age: '{n} y',
    minutes: '{n} min',
    yuan: '¥{amount}',
    people: '{n}',
    places: '{n}',
    weekday: { d1: 'Mon', d2: 'Tue', d3: 'Wed', d4: 'Thu', d5: 'Fri', d6: 'Sat', d7: 'Sun' },
    period: { am: 'Morning', pm: 'Afternoon', evening: 'Evening' },
    today: 'Today',
    idKind: {
      k01: 'Resident ID card', k02: 'Household register', k03: 'Passport', k06: 'HK/Macao travel permit', k07: 'Taiwan travel permit', k15: 'Permanent residence card', k16: 'HK/Macao/Taiwan residence permit',
    },
    appointment: {
      held: 'Held', booked: 'Booked', checked_in: 'Checked in', called: 'Called', in_consultation: 'In consultation', fulfilled: 'Finished', cancelled: 'Cancelled', no_show: 'No-show', expired: 'Expired',
    },
    service: { general: 'General clinic', expert: 'Expert clinic', special: 'Special clinic', emergency: 'Emergency', return_visit: 'Return visit', treatment: 'Treatment', exam: 'Examination' },
    channel: { wechat: 'WeChat', alipay: 'Alipay', h5: 'Web', app: 'App', window: 'Window', kiosk: 'Kiosk', phone: 'Phone', third_party: 'Third party', community: 'Community referral', doctor: 'Doctor', system: 'Hospital system' },
    pool: { common: 'Common', onsite: 'On site', elderly: 'Elderly', community: 'Community', partner: 'Partner', extra: 'Extra', draw: 'Draw' },
    card: { active: 'Card active', frozen: 'Card frozen', none: 'No card' },
    floor: 'Floor {n}',
    departmentKind: { outpatient: 'Outpatient', inpatient: 'Inpatient', emergency: 'Emergency', laboratory: 'Laboratory', imaging: 'Imaging', examination: 'Examination', pharmacy: 'Pharmacy', surgery: 'Surgery', admin: 'Administration', medtech: 'Technical' },
    locationKind: { hall: 'Waiting hall', room: 'Room', building: 'Building', floor: 'Floor', ward: 'Ward', desk: 'Desk', chair: 'Treatment place', device: 'Device', theatre: 'Theatre' },
    organizationKind: { hospital: 'Hospital', community_centre: 'Community centre', pharmacy: 'Pharmacy', insurer: 'Commercial insurer', insurance_office: 'Medical insurance office', commission: 'Health commission' },
  },
)

import { defineWords } from './words'

export const publicDevices = defineWords(
  {
    hall: {
      paused: '暂停叫号', missed: '刚才断线期间已叫：{list}', nowCalling: '正在叫号', goTo: '请到', waitingNext: '候诊', room: '诊室', serving: '就诊中', waitingCount: '候诊 {n} 人', again: '第 {n} 次呼叫', quiet: '请安静候诊，留意叫号', idle: '暂无叫号',
      announce: '请 {number} 号 {name} 到 {room} 就诊', welcome: '签到后请在此等候；过号请到诊室门口或服务台办理。', stale: '连接中断 · 显示 {time} 的信息', sound: '语音播报', soundOff: '静音', choose: '选择候诊区', noDevice: '此设备还没有令牌', noDeviceHint: '请在工作台“大屏与自助机”登记设备，并打开给出的地址。', none: '暂无', next: '下一位',
    },
    kiosk: {
      title: '自助签到', scan: '请扫描电子健康卡', scanHint: '打开手机上的健康卡二维码，对准扫码口', manual: '手工输入卡码', camera: '用摄像头扫码', cameraStop: '关闭摄像头', submit: '签到', placeholder: '粘贴或输入卡码', working: '正在签到…', hello: '{name}，您好', done: '签到成功', number: '您的序号', ahead: '前面还有 {n} 人', first: '您是下一位', expected: '预计 {time} 就诊', goRoom: '请到 {room} 候诊',
      nothing: '今天没有可签到的预约', others: '您的其他预约', back: '完成', seconds: '{n} 秒后返回', again: '重新扫码', help: '需要帮助请到服务台', static: '打印的卡码不能用于自助签到，请用手机上的动态码，或到服务台办理。', offline: '网络中断，请稍候或到服务台签到', step1: '打开健康卡', step2: '对准扫码口', step3: '取得序号', cameraDenied: '摄像头不可用', already: '您已签到',
    },
  },
  {
    hall: {
      paused: 'Paused', missed: 'Called while this screen was offline: {list}', nowCalling: 'Now calling', goTo: 'to', waitingNext: 'Waiting', room: 'Room', serving: 'In the room', waitingCount: '{n} waiting', again: 'Call {n}', quiet: 'Please wait quietly and watch for your number', idle: 'No calls yet',
      announce: 'Number {number}, {name}, please go to {room}', welcome: 'Please wait here after checking in. If you missed your call, ask at the room or the front desk.', stale: 'Connection lost · as of {time}', sound: 'Voice on', soundOff: 'Muted', choose: 'Choose a waiting hall', noDevice: 'This device has no token yet', noDeviceHint: 'Add the device under Screens & kiosks in the console and open the address given there.', none: 'None', next: 'Next',
    },
    kiosk: {
      title: 'Check-in', scan: 'Scan your health card', scanHint: 'Open the card’s QR code on your phone and hold it to the reader', manual: 'Type the code', camera: 'Use the camera', cameraStop: 'Stop the camera', submit: 'Check in', placeholder: 'Paste or type the card code', working: 'Checking in…', hello: 'Hello, {name}', done: 'You are checked in', number: 'Your number', ahead: '{n} ahead of you', first: 'You are next', expected: 'Expected at {time}', goRoom: 'Please wait at {room}',
      nothing: 'No appointment to check in today', others: 'Your other appointments', back: 'Done', seconds: 'Back in {n} s', again: 'Scan again', help: 'The front desk is glad to help', static: 'A printed code cannot be used here. Use the live code on your phone, or go to the front desk.', offline: 'The network is down. Please wait, or check in at the front desk', step1: 'Open your card', step2: 'Hold it to the reader', step3: 'Get your number', cameraDenied: 'The camera is not available', already: 'Already checked in',
    },
  },
)

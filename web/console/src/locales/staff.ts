import { defineWords } from './words'

export const staff = defineWords(
  {
    title: '人员账号', add: '开通账号', none: '还没有人员账号', noneHint: '为本机构的工作人员开通账号，首次登录时绑定动态口令。', person: '姓名', username: '用户名', usernameHint: '3–40 位小写字母、数字、点、横线', roles: '角色', department: '科室', noDepartment: '不限科室', state: '状态', states: { active: '使用中', disabled: '已停用', locked: '已锁定' }, factor: '动态口令', bound: '已绑定', unbound: '未绑定', lastSignIn: '最近登录', never: '从未登录', elsewhere: '另在 {names}',
    newTitle: '开通人员账号', password: '初始密码', passwordHint: '至少 12 位。请当面告诉本人。', generate: '生成', made: '{name} 的账号已开通，首次登录时绑定动态口令',
    disable: '停用', disableTitle: '停用 {name} 的账号？', disableText: '立即退出所有登录，停用期间不能再登录。', disabled: '账号已停用', enable: '恢复', enableTitle: '恢复 {name} 的账号？', enableText: '密码和动态口令不变。', enabled: '账号已恢复',
    reset: '重置口令', resetTitle: '重置 {name} 的动态口令？', resetText: '立即退出所有登录，下次登录时重新绑定手机上的动态口令。请先当面核对本人。', resetDone: '动态口令已重置，下次登录时重新绑定',
    setPassword: '重设密码', setPasswordTitle: '为 {name} 重设密码', passwordSet: '密码已重设，请当面告诉本人', ready: { left: '已离职', moved: '岗位调整', lost: '手机遗失', changed: '换了手机', back: '返岗', forgot: '忘记密码' }, own: '本人', search: '姓名或用户名', newPassword: '新密码',
  },
  {
    title: 'Staff accounts', add: 'Open an account', none: 'No staff accounts yet', noneHint: 'Open accounts for the people who work here; a one-time code device is bound at the first sign-in.', person: 'Name', username: 'User name', usernameHint: '3–40 lower-case letters, digits, dots, hyphens', roles: 'Roles', department: 'Department', noDepartment: 'Any department', state: 'State', states: { active: 'In use', disabled: 'Disabled', locked: 'Locked' }, factor: 'One-time code', bound: 'Bound', unbound: 'Not bound', lastSignIn: 'Last sign-in', never: 'Never', elsewhere: 'Also at {names}',
    newTitle: 'Open a staff account', password: 'First password', passwordHint: 'At least 12 characters. Tell the person yourself.', generate: 'Generate', made: 'The account of {name} is open; a device is bound at the first sign-in',
    disable: 'Disable', disableTitle: 'Disable the account of {name}?', disableText: 'Ends all sessions at once; no sign-in until it is enabled again.', disabled: 'Account disabled', enable: 'Enable', enableTitle: 'Enable the account of {name}?', enableText: 'Password and device stay as they were.', enabled: 'Account enabled',
    reset: 'Reset code', resetTitle: 'Reset the one-time code of {name}?', resetText: 'Ends all sessions at once; a new device is bound at the next sign-in. Make sure that it is the person.', resetDone: 'Reset; a new device is bound at the next sign-in',
    setPassword: 'New password', setPasswordTitle: 'A new password for {name}', passwordSet: 'The password is set; tell the person yourself', ready: { left: 'Has left', moved: 'New post', lost: 'Phone lost', changed: 'New phone', back: 'Back at work', forgot: 'Forgot the password' }, own: 'You', search: 'Name or user name', newPassword: 'New password',
  },
)

import { defineWords } from './words'

export const queues = defineWords(
  {
    title: '分诊排队', live: '今日诊室', groups: '合并队列', rules: '排队规则', none: '今天没有出诊', noneHint: '排班生成后，当天的诊室会出现在这里。', waiting: '候诊', finished: '已完成', booked: '已预约', pace: '平均 {n} 分/人', paused: '暂停叫号', pausedSince: '{time} 起暂停：{reason}', pause: '暂停', resume: '恢复', pauseTitle: '暂停叫号：{room}', pauseText: '候诊患者会在大屏和手机上看到暂停的原因。', pauseReady: { emergency: '抢救患者', consulting: '医生会诊', ward: '医生查房', rest: '短暂休息', device: '设备故障', cleaning: '诊室消毒' }, audit: '漏号核查', auditTitle: '漏号与插队核查：{room}', auditClean: '核查通过：{n} 个号连续无缺，{calls} 次叫号均按顺序', auditMissing: '缺号', auditForgotten: '已签到未排队', auditJumps: '越位叫号', auditJump: '{time} 先叫了 {called}，{passed} 应在前', auditFound: '发现问题，请核对', resumed: '已恢复叫号', pausedToast: '已暂停叫号',
    group: '合并队列', ofGroup: '与 {name} 共用一条队列', transfer: '转诊室', transferTitle: '转到其他诊室：{number} {name}', transferText: '到新诊室后按规则排队，患者手机与大屏同时更新，并留下记录。', transferTo: '转到', transferReady: { pace: '候诊过长', fit: '更适合该医生', asked: '患者要求' }, transferred: '{number} 已转到 {room}', otherRooms: '同科室的其他诊室', noOther: '同科室没有其他在诊的诊室',
    pick: '选择诊室查看队列', nobody: '没有人在候诊', number: '序号', patient: '患者', why: '优先原因', waited: '已等', minutes: '{n} 分', expected: '预计 {time}', newGroup: '新建合并', editGroup: '修改合并队列', groupName: '队列名称', groupNameEn: '英文名称', rooms: '诊室', noGroups: '今天没有合并队列', noGroupsHint: '同一科室的几个诊室可以共用一条队列：谁先空出来，就叫下一位。', groupSaved: '合并队列已保存', twoNeeded: '至少选择两个诊室', roomsCount: '{n} 个诊室',
    rulesTitle: '排队规则', numbers: {
      returner_after: '过号返回', result_after: '带结果回诊', late_after_minutes: '迟到界限', late_penalty: '迟到顺延', elderly_age: '高龄优先', max_calls: '呼叫次数', pace_sample: '接诊速度样本', pace_weeks: '回看周数', pace_trust: '计划的权重',
    },
    numberTexts: {
      returner_after: '叫号未到后返回，至少排在 {n} 位之后', result_after: '带检查结果回诊，排在 {n} 位初诊之后', late_after_minutes: '超过预约时段 {n} 分钟签到算迟到', late_penalty: '迟到者至少排在 {n} 位之后', elderly_age: '{n} 岁及以上在本人时段内优先', max_calls: '同一人最多呼叫 {n} 次，之后须记过号', pace_sample: '按最近 {n} 位的用时估计候诊时间', pace_weeks: '参考近 {n} 周同一星期的用时', pace_trust: '排班计划按 {n} 位患者计入',
    },
    priorities: '优先级', priorityHint: '从上到下依次优先；大屏与手机都会显示原因。固定的类别不能关闭。', fixed: '固定', saveRules: '保存规则', rulesSaved: '排队规则已保存', inherited: '区域默认',
  },
  {
    title: 'Queues', live: 'Rooms today', groups: 'Shared lines', rules: 'Rules', none: 'No clinics today', noneHint: 'Rooms of the day appear here once clinics have been generated.', waiting: 'Waiting', finished: 'Finished', booked: 'Booked', pace: '{n} min each', paused: 'Paused', pausedSince: 'Paused since {time}: {reason}', pause: 'Pause', resume: 'Resume', pauseTitle: 'Pause calling: {room}', pauseText: 'People in the hall see the reason on the screen and on their phones.', pauseReady: { emergency: 'Emergency treated', consulting: 'Doctor consulting', ward: 'Ward round', rest: 'Short break', device: 'Device out of order', cleaning: 'Room disinfected' }, audit: 'Check the line', auditTitle: 'Missed numbers and jumped turns: {room}', auditClean: 'All in order: {n} numbers without a gap, {calls} calls in turn', auditMissing: 'Missing numbers', auditForgotten: 'Checked in without a place', auditJumps: 'Calls out of turn', auditJump: '{time}: {called} was called before {passed}', auditFound: 'Something to look at', resumed: 'Calling again', pausedToast: 'Calling is paused',
    group: 'Shared line', ofGroup: 'One line with {name}', transfer: 'Transfer', transferTitle: 'To another room: {number} {name}', transferText: 'In the new room the ordinary order holds; phone and screen change at once and the step is recorded.', transferTo: 'To', transferReady: { pace: 'Long wait', fit: 'Better suited', asked: 'Asked by the patient' }, transferred: '{number} goes to {room}', otherRooms: 'Other rooms of the department', noOther: 'No other room of the department is open',
    pick: 'Choose a room to see its line', nobody: 'Nobody is waiting', number: 'No.', patient: 'Patient', why: 'Why first', waited: 'Waiting', minutes: '{n} min', expected: 'about {time}', newGroup: 'New shared line', editGroup: 'Change shared line', groupName: 'Name', groupNameEn: 'English name', rooms: 'Rooms', noGroups: 'No shared lines today', noGroupsHint: 'Several rooms of a department may share one line: whoever is free calls the next.', groupSaved: 'Shared line saved', twoNeeded: 'Choose two rooms at least', roomsCount: '{n} rooms',
    rulesTitle: 'Rules of the line', numbers: {
      returner_after: 'Missed the call', result_after: 'Back with results', late_after_minutes: 'Late after', late_penalty: 'Late comers', elderly_age: 'Great age', max_calls: 'Calls', pace_sample: 'Pace sample', pace_weeks: 'Weeks looked at', pace_trust: 'Weight of the plan',
    },
    numberTexts: {
      returner_after: 'Missed the call and came back: after {n} people at least', result_after: 'Back with results: after {n} first visits', late_after_minutes: 'Checking in {n} minutes after the slot is late', late_penalty: 'Late comers go behind {n} at least', elderly_age: 'From {n} years first within the own slot', max_calls: 'One person is called {n} times at most, then skipped', pace_sample: 'Waiting time from the last {n} consultations', pace_weeks: 'The same weekday of {n} weeks counts', pace_trust: 'The plan counts as {n} consultations',
    },
    priorities: 'Priorities', priorityHint: 'From top to bottom; screen and phone show the reason. Fixed classes stay on.', fixed: 'Fixed', saveRules: 'Save rules', rulesSaved: 'Rules saved', inherited: 'Region default',
  },
)

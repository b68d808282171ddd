import { defineWords } from './words'

export const stays = defineWords(
  {
    title: '住院账户', lead: '在院与待结算的患者，预交金与医保登记', admit: '办理入院', admitTitle: '办理入院', admitted: '已办理入院', find: '查找患者', findHint: '按患者查看全部住院账户，包括已结算的', everybody: '全部在院',
    patient: '患者', where: '科室与床位', since: '入院', until: '出院', charged: '费用合计', deposit: '预交金', left: '余额', owed: '未结费用', short: '应补 {amount}', state: '状态', insurer: '医保', selfPaid: '自费',
    none: '没有在院患者', noneHint: '办理入院后，费用每天自动记账。', nonePatient: '该患者在本院没有住院账户', pick: '选择一个住院账户',
    department: '入院科室', departmentHint: '选择科室', bed: '床号', bedPrice: '床位费', bedPriceHint: '输入名称或首字母查找床位收费项目', asked: '首次预交金（元）', warn: '余额低于多少元提醒', perDay: '{amount} / 日', byInsurance: '按医保结算', diagnosesFirst: '医保住院须先有入院诊断。', admissionDiagnoses: '入院诊断', dischargeDiagnoses: '出院诊断', noDiagnoses: '未录入',
    bill: '账单', openBill: '去收费', depositMore: '收预交金', depositTitle: '收预交金', depositAmount: '金额（元）', depositAsked: '已生成预交金账单，请收款', discharge: '出院结算', dischargeText: '计到今天的床位费后停止记账，账单可以支付，预交金可抵扣。', discharged: '已停止记账，可以结算', resume: '撤销出院', resumed: '已恢复在院', giveBack: '退还余额', giveBackText: '在窗口 {window} 以现金退还预交金余额 {amount}。', gaveBack: '已退还', window: '窗口',
    cover: '医保登记', choose: '改为{kind}', toSelf: '改为自费', again: '重新申报', mdtrt: '就诊登记号', underWay: '正在与医保核对', problem: '医保答复', wanted: { admitted: '待登记入院', discharged: '待登记出院', withdrawn: '待撤销登记' }, coverChanged: '已更改，将自动告知医保', told: '已重新申报',
    deposits: '预交金记录', noDeposits: '还没有预交金', explain: '费用说明', save: '保存诊断', saved: '诊断已记录',
  },
  {
    title: 'Inpatient accounts', lead: 'Who is in hospital or leaving: deposits and insurance registration', admit: 'Admit', admitTitle: 'Admit a patient', admitted: 'Admitted', find: 'Find a patient', findHint: 'All stays of a patient, settled ones too', everybody: 'Everybody in hospital',
    patient: 'Patient', where: 'Ward and bed', since: 'Admitted', until: 'Left', charged: 'Charged', deposit: 'Deposit', left: 'Left', owed: 'Not settled', short: '{amount} short', state: 'State', insurer: 'Insurance', selfPaid: 'Self-paid',
    none: 'Nobody is in hospital', noneHint: 'After admission the bill runs by itself, a bed-day every day.', nonePatient: 'No stay of this patient here', pick: 'Pick a stay',
    department: 'Department', departmentHint: 'Choose a department', bed: 'Bed', bedPrice: 'Bed price', bedPriceHint: 'Find the price item by name or initials', asked: 'First deposit (yuan)', warn: 'Warn below (yuan)', perDay: '{amount} a day', byInsurance: 'Settle by insurance', diagnosesFirst: 'The insurer asks for a diagnosis at admission.', admissionDiagnoses: 'Admission diagnoses', dischargeDiagnoses: 'Discharge diagnoses', noDiagnoses: 'None recorded',
    bill: 'Bill', openBill: 'To the cashier', depositMore: 'Take a deposit', depositTitle: 'Take a deposit', depositAmount: 'Amount (yuan)', depositAsked: 'A deposit bill was made: take the money', discharge: 'Discharge', dischargeText: 'Charges the bed up to today, then nothing more: the bill can be paid, the deposit among it.', discharged: 'Nothing more is charged; the bill can be paid', resume: 'Withdraw discharge', resumed: 'In hospital again', giveBack: 'Give the rest back', giveBackText: 'Hand over {amount} in cash at window {window}.', gaveBack: 'Given back', window: 'Window',
    cover: 'Insurance registration', choose: 'Settle as {kind}', toSelf: 'Patient pays', again: 'Ask again', mdtrt: 'Visit number', underWay: 'Being asked', problem: 'The insurer says', wanted: { admitted: 'To be admitted', discharged: 'To be discharged', withdrawn: 'To be withdrawn' }, coverChanged: 'Changed; the insurer is told by itself', told: 'Asked again',
    deposits: 'Deposits', noDeposits: 'No deposit yet', explain: 'What this is', save: 'Save diagnoses', saved: 'Diagnoses recorded',
  },
)

import { defineWords } from './words'

export const insurance = defineWords(
  {
    title: '医保规则', day: '生效日', rules: '待遇规则', catalogue: '医保目录', trial: '试算', note: '这里的规则用于试算和说明，实际结算以医保平台的答复为准',
    kinds: { i310: '职工医保', i390: '城乡居民医保' }, settings: { outpatient: '门诊', inpatient: '住院' }, grades: { primary: '一级', secondary: '二级', tertiary: '三级', any: '各级' }, statuses: { active: '在职', retired: '退休', retired70: '退休满 70 岁', any: '全部人员' },
    deductible: '起付线', again: '再次住院', ceiling: '统筹封顶线', noCeiling: '不设', from: '自 {day} 起', until: '至 {day}', grade: '医院等级', status: '人员', over: '超过起付线后累计', ratio: '报销比例', fund: '支付基金', chart: '各级医院报销比例',
    funds: { hifp_pay: '统筹基金', hifob_pay: '职工大额', hifmi_pay: '居民大病', hifes_pay: '企业补充', cvlserv_pay: '公务员补助', maf_pay: '医疗救助' }, supplements: '补充保障', requires: { civil_servant: '公务员', enterprise: '有企业补充保险', aid: '救助对象', none: '所有参保人' }, supplementText: '个人负担超过 {over} 的部分支付 {ratio}', upTo: '最多 {ceiling}',
    accounts: '个人账户', accountOwn: { yes: '可付目录外和自费部分', no: '只付目录内个人负担' }, family: { yes: '家庭共济可用', no: '不能家庭共济' }, none: '这一天没有生效的规则', noneItems: '目录里没有匹配的项目', search: '名称或代码', code: '代码', name: '项目', listCode: '国家编码', lv: '类别', first: '先自付', limit: '支付限价', conditions: '限定', lvs: { l01: '甲类', l02: '乙类', l03: '自费' }, fullPaid: '限价内全额支付', onlySex: { male: '限男性', female: '限女性' }, ages: { from: '{n} 岁及以上', below: '{n} 岁以下' },
    person: '参保人', birth: '出生日期', items: '费用', addItem: '在目录中点选项目加入', amount: '金额', deducted: '本年已付起付线', counted: '本年已累计', account: '个人账户余额', run: '试算', yuan: '元', result: '试算结果', fundPays: '基金支付', accountPays: '个人账户', cash: '个人现金', total: '总费用', remove: '移除', empty: '选几个项目，看医保怎样支付', emptyHint: '试算不保存，也不询问医保平台。',
  },
  {
    title: 'Insurance rules', day: 'In force on', rules: 'Benefits', catalogue: 'Catalogue', trial: 'Try it', note: 'These rules serve trials and explanations; what counts is the insurer’s answer',
    kinds: { i310: 'Employees', i390: 'Residents' }, settings: { outpatient: 'Outpatient', inpatient: 'Inpatient' }, grades: { primary: 'Primary', secondary: 'Secondary', tertiary: 'Tertiary', any: 'Any' }, statuses: { active: 'Working', retired: 'Retired', retired70: 'Retired, 70 and over', any: 'Everybody' },
    deductible: 'Deductible', again: 'Second stay', ceiling: 'Ceiling of the pool', noCeiling: 'None', from: 'from {day}', until: 'until {day}', grade: 'Hospital', status: 'Person', over: 'Beyond the deductible, from', ratio: 'Ratio', fund: 'Fund', chart: 'Ratio by hospital grade',
    funds: { hifp_pay: 'Pool', hifob_pay: 'Large amounts', hifmi_pay: 'Serious illness', hifes_pay: 'Enterprise', cvlserv_pay: 'Civil servants', maf_pay: 'Medical aid' }, supplements: 'Supplements', requires: { civil_servant: 'Civil servants', enterprise: 'With enterprise cover', aid: 'Entitled to aid', none: 'All insured' }, supplementText: '{ratio} of what is left beyond {over}', upTo: 'at most {ceiling}',
    accounts: 'Personal account', accountOwn: { yes: 'May pay outside the catalogue', no: 'Pays shares inside the catalogue only' }, family: { yes: 'Family may help', no: 'No family help' }, none: 'No rules in force on this day', noneItems: 'Nothing in the catalogue matches', search: 'Name or code', code: 'Code', name: 'Item', listCode: 'National code', lv: 'Class', first: 'First part', limit: 'Price limit', conditions: 'Only for', lvs: { l01: 'A', l02: 'B', l03: 'Own' }, fullPaid: 'Paid in full up to the limit', onlySex: { male: 'Men', female: 'Women' }, ages: { from: '{n} and over', below: 'under {n}' },
    person: 'Insured person', birth: 'Birth date', items: 'Items', addItem: 'Pick items in the catalogue', amount: 'Amount', deducted: 'Deducted this year', counted: 'Counted this year', account: 'Account balance', run: 'Try', yuan: 'CNY', result: 'Result', fundPays: 'Funds', accountPays: 'Account', cash: 'Own cash', total: 'Total', remove: 'Remove', empty: 'Pick some items to see what is paid', emptyHint: 'Nothing is kept and the insurer is not asked.',
  },
)

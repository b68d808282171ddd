import { defineWords } from './words'

export const claims = defineWords(
  {
    title: '商保理赔', make: '新理赔', makeTitle: '向商业保险理赔', submit: '提交理赔', made: '已提交，将自动发给保险公司', withdraw: '撤回理赔', withdrawn: '已撤回', hints: { due: '还没有发出：可以撤回，或按账单现在的内容重新提交。', cancelled: '对同一账单、同一保单再提交一次。', rejected: '对同一账单、同一保单再提交一次，用新的理赔号。' }, again: '重新提交',
    standing: { open: '处理中', approved: '已赔付', rejected: '不予赔付', cancelled: '已撤回', all: '全部' },
    none: { open: '没有处理中的理赔', approved: '没有已赔付的理赔', rejected: '没有被拒的理赔', cancelled: '没有撤回的理赔', all: '还没有理赔' }, noneHint: '账单结清后，可对个人支付的部分向商业保险理赔。', most: '只列最近 200 件。',
    patient: '患者', insurer: '保险公司', asked: '申请金额', covered: '赔付金额', state: '状态', madeAt: '提交时间', answeredAt: '答复时间', tail: '保单尾号 {tail}', bill: '账单号', number: '理赔号', theirNumber: '保险公司案号', notes: '保险公司说明', lines: '申请的费用', item: '项目', count: '数量', sum: '金额', total: '账单合计', insured: '医保已付', left: '患者自付', share: '赔付 {n}%',
    steps: { sent: '提交', looked: '保险公司审核', answered: '答复' }, waiting: { due: '半分钟内自动发给保险公司。', asked: '正在发送，等待回音。', unknown: '没有收到回音，正按理赔号向保险公司查询，不会重复提交。', queued: '保险公司已收到，正在审核，每几分钟查询一次。' },
    policy: '保单', addPolicy: '登记保单', policyNo: '保单号', noPolicy: '患者没有登记商业保险', noPolicyHint: '请患者出示保单，点“登记保单”。只列出在本院有账单的患者的保单。', settledBill: '已结清的账单', noBill: '没有已结清的账单', noBillHint: '结清后才能理赔。',
  },
  {
    title: 'Commercial claims', make: 'New claim', makeTitle: 'Claim from commercial cover', submit: 'Submit', made: 'Submitted; it is sent by itself', withdraw: 'Take back', withdrawn: 'Taken back', hints: { due: 'Not sent yet: it can be taken back, or made anew as the bill stands now.', cancelled: 'The same bill from the same policy once more.', rejected: 'The same bill from the same policy once more, under a new number.' }, again: 'Submit again',
    standing: { open: 'Under way', approved: 'Paid', rejected: 'Refused', cancelled: 'Taken back', all: 'All' },
    none: { open: 'No claim is under way', approved: 'No claim was paid', rejected: 'No claim was refused', cancelled: 'No claim was taken back', all: 'No claims yet' }, noneHint: 'What a patient paid of a settled bill can be claimed from commercial cover.', most: 'The newest 200 are shown.',
    patient: 'Patient', insurer: 'Insurer', asked: 'Asked', covered: 'Paid', state: 'State', madeAt: 'Made', answeredAt: 'Answered', tail: 'Policy …{tail}', bill: 'Bill', number: 'Claim', theirNumber: 'Insurer’s number', notes: 'What the insurer says', lines: 'What is claimed', item: 'Item', count: 'Qty', sum: 'Amount', total: 'Bill', insured: 'Paid by insurance', left: 'Paid by the patient', share: '{n}% paid',
    steps: { sent: 'Submitted', looked: 'With the insurer', answered: 'Answer' }, waiting: { due: 'It is sent within half a minute.', asked: 'Being sent; no answer yet.', unknown: 'No answer came; the insurer is asked by the claim’s number, nothing is sent twice.', queued: 'The insurer has it and looks at it; it is asked every few minutes.' },
    policy: 'Policy', addPolicy: 'Register a policy', policyNo: 'Policy number', noPolicy: 'No commercial policy is registered', noPolicyHint: 'Ask for the policy and register it; only policies of people with a bill here are listed.', settledBill: 'Settled bill', noBill: 'No settled bill', noBillHint: 'Only settled bills can be claimed.',
  },
)

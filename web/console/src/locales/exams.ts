import { defineWords } from './words'

export const exams = defineWords(
  {
    title: '检查中心', lead: '设备负荷、等候天数与检查安排', tab: { board: '设备负荷', person: '患者安排' }, box: '检查',
    find: '按名称或编码查找检查项目', reason: '检查目的', implants: '体内植入物', allergies: '过敏', conditions: '疾病', fact: { pacemaker: '心脏起搏器', 'metal-implant': '金属植入物', cochlear: '人工耳蜗', 'aneurysm-clip': '动脉瘤夹', 'iodine-contrast': '碘对比剂', 'gadolinium-contrast': '钆对比剂', anticoagulants: '服用抗凝药', metformin: '服用二甲双胍', 'renal-impairment': '肾功能不全', asthma: '哮喘' }, pregnant: '妊娠', urgent: '加急', order: '开立检查',
    none: '没有待完成的检查', displaced: '原时间已停诊，需重新安排', noPlace: '待安排', revoke: '作废', plan: '一键安排', again: '全部重新安排', option: '方案 {n} · {trips} 次', report: '{at} 出报告', book: '全部预约', booked: '已预约 {n} 项检查', notPlanned: '{name}未能安排：',
    deviceClass: { 'ABPM': '动态血压', 'CT': 'CT', 'DXA': '骨密度', 'ECG': '心电图', 'ECHO': '心脏超声', 'EEG': '脑电图', 'EMG': '肌电图', 'ENDO-AIRWAY': '支气管镜', 'ENDO-CAPSULE': '胶囊内镜', 'ENDO-ENT': '喉镜', 'ENDO-GI': '胃肠镜', 'ENDO-GYN': '宫腔镜', 'ENDO-URO': '膀胱镜', 'FLUORO': '透视造影', 'HOLTER': '动态心电图', 'LAB-BLOOD': '抽血', 'LAB-BREATH': '呼气试验', 'LAB-OTHER': '其他检验', 'LAB-STOOL': '粪便检验', 'LAB-URINE': '尿液检验', 'MAMMO': '乳腺钼靶', 'MR': '磁共振', 'NM-PET': 'PET', 'NM-PROBE': '甲功仪', 'NM-SPECT': 'SPECT', 'PATH': '病理', 'PFT': '肺功能', 'TILT': '倾斜试验', 'TREADMILL': '平板运动', 'US': '超声', 'US-INTERVENTION': '介入超声', 'VASCULAR-LAB': '血管检查', 'XR': 'X 线', 'XR-DENTAL': '口腔 X 线' },
    device: '设备', wait: '等候（天）', open: '待安排', stopped: '停 {n}', noBoard: '两周内没有检查设备的排班',
  },
  {
    title: 'Examinations', lead: 'Load of devices, days to wait, and planning', tab: { board: 'Load', person: 'Plan for a person' }, box: 'Examinations',
    find: 'Find examinations by name or code', reason: 'Reason', implants: 'Implants', allergies: 'Allergies', conditions: 'Conditions', fact: { pacemaker: 'Pacemaker', 'metal-implant': 'Metal implant', cochlear: 'Cochlear implant', 'aneurysm-clip': 'Aneurysm clip', 'iodine-contrast': 'Iodine contrast', 'gadolinium-contrast': 'Gadolinium contrast', anticoagulants: 'Takes anticoagulants', metformin: 'Takes metformin', 'renal-impairment': 'Renal impairment', asthma: 'Asthma' }, pregnant: 'Pregnant', urgent: 'Urgent', order: 'Order',
    none: 'No open examinations', displaced: 'Session stopped: plan again', noPlace: 'To be planned', revoke: 'Revoke', plan: 'Plan all of it', again: 'Plan everything anew', option: 'Plan {n} · trips: {trips}', report: 'Report {at}', book: 'Book all of it', booked: 'Examinations booked: {n}', notPlanned: 'No place for {name}:',
    deviceClass: { 'ABPM': 'Ambulatory blood pressure', 'CT': 'CT', 'DXA': 'Bone density', 'ECG': 'ECG', 'ECHO': 'Echocardiography', 'EEG': 'EEG', 'EMG': 'EMG', 'ENDO-AIRWAY': 'Bronchoscopy', 'ENDO-CAPSULE': 'Capsule endoscopy', 'ENDO-ENT': 'Laryngoscopy', 'ENDO-GI': 'Gastrointestinal endoscopy', 'ENDO-GYN': 'Gynaecological endoscopy', 'ENDO-URO': 'Cystoscopy', 'FLUORO': 'Fluoroscopy', 'HOLTER': 'Holter', 'LAB-BLOOD': 'Blood drawing', 'LAB-BREATH': 'Breath test', 'LAB-OTHER': 'Other laboratory', 'LAB-STOOL': 'Stool tests', 'LAB-URINE': 'Urine tests', 'MAMMO': 'Mammography', 'MR': 'MR', 'NM-PET': 'PET', 'NM-PROBE': 'Thyroid probe', 'NM-SPECT': 'SPECT', 'PATH': 'Pathology', 'PFT': 'Lung function', 'TILT': 'Tilt table', 'TREADMILL': 'Treadmill', 'US': 'Ultrasound', 'US-INTERVENTION': 'Interventional ultrasound', 'VASCULAR-LAB': 'Vascular laboratory', 'XR': 'X-ray', 'XR-DENTAL': 'Dental X-ray' },
    device: 'Device', wait: 'Days to wait', open: 'To be planned', stopped: '{n} stopped', noBoard: 'No sessions on devices within two weeks',
  },
)

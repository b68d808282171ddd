/** Made-up places and people in the shape of the contract, for development and tests of the screens only. */
const id = (kind, n) => `0192${kind}00-0000-7000-8000-${String(n).padStart(12, '0')}`

export const settings = {
  region: { code: '331000', name: '临海市', name_en: 'Linhai', timezone: 'Asia/Shanghai' },
  sign_in: { wechat: true, alipay: true, oidc: false },
  family_cap: 6,
  hold_seconds: 300,
  days_ahead: 14,
  card_display_seconds: 60,
  sandbox: { sms_inbox_url: '/sandbox/sms' },
  version: '0.1.0',
}

export const specialties = [
  ['01', null, '内科', 'Internal medicine', 3],
  ['0101', '01', '心血管内科', 'Cardiology', 3],
  ['0102', '01', '呼吸内科', 'Respiratory medicine', 3],
  ['0103', '01', '消化内科', 'Gastroenterology', 2],
  ['0104', '01', '神经内科', 'Neurology', 2],
  ['0105', '01', '肾内科', 'Nephrology', 1],
  ['02', null, '外科', 'Surgery', 3],
  ['0201', '02', '骨科', 'Orthopaedics', 3],
  ['0202', '02', '泌尿外科', 'Urology', 2],
  ['03', null, '妇产科', 'Obstetrics & gynaecology', 2],
  ['0301', '03', '妇科', 'Gynaecology', 2],
  ['0302', '03', '产科', 'Obstetrics', 2],
  ['04', null, '儿科', 'Paediatrics', 3],
  ['05', null, '眼科', 'Ophthalmology', 2],
  ['06', null, '口腔科', 'Dentistry', 3],
  ['07', null, '皮肤科', 'Dermatology', 2],
  ['08', null, '中医科', 'Chinese medicine', 3],
].map(([code, parent_code, name, name_en, organizations]) => ({
  code,
  parent_code,
  name,
  name_en,
  pinyin: '',
  sex: null,
  age_min: null,
  age_max: null,
  organizations,
}))

export const organizations = [
  ['临海市第一人民医院', 'Linhai First People’s Hospital', '三级甲等', '古城区', '赤城路 1 号', 1240],
  ['临海市中医院', 'Linhai Hospital of Chinese Medicine', '三级乙等', '大洋区', '大洋中路 88 号', 3600],
  ['东湖区人民医院', 'East Lake District Hospital', '二级甲等', '东湖区', '湖滨路 12 号', 5200],
].map(([name, name_en, grade, district, address, distance_m], n) => ({
  id: id('a', n),
  kind: 'hospital',
  code: `H00${n + 1}`,
  name,
  name_en,
  short_name: name.slice(-5),
  grade,
  district,
  address,
  phone: `0576-8500100${n}`,
  latitude: 28.85 + n / 100,
  longitude: 121.13,
  distance_m,
}))

const departmentNames = [
  ['心血管内科', 'Cardiology', '0101'],
  ['呼吸内科', 'Respiratory medicine', '0102'],
  ['骨科', 'Orthopaedics', '0201'],
  ['儿科', 'Paediatrics', '04'],
]
export const departments = organizations.flatMap((organization, o) =>
  departmentNames.map(([name, name_en, specialty_code], d) => ({
    id: id('d', o * 10 + d),
    organization_id: organization.id,
    parent_id: null,
    code: specialty_code,
    name,
    name_en,
    specialty_code,
    kind: 'outpatient',
    location_text: `门诊楼 ${d + 2} 层`,
  })),
)

const people = [
  ['陈立群', 'male', '主任医师', 'Chief physician', 5000],
  ['周雅琴', 'female', '副主任医师', 'Associate chief physician', 3000],
  ['吴晓峰', 'male', '主治医师', 'Attending physician', 1500],
]
export const doctors = departments.flatMap((department, n) =>
  people.slice(0, 2 + (n % 2)).map(([name, gender, title, title_en, fee_fen], p) => {
    const organization = organizations.find((one) => one.id === department.organization_id)
    return {
      id: id('f', n * 10 + p),
      practitioner_id: id('e', n * 10 + p),
      organization_id: organization.id,
      organization_name: organization.name,
      organization_name_en: organization.name_en,
      department_id: department.id,
      department_name: department.name,
      department_name_en: department.name_en,
      name,
      gender,
      role: 'doctor',
      title,
      title_en,
      specialty_text: '高血压、冠心病、心力衰竭的诊断与长期管理',
      introduction: '从事临床工作二十余年，每周一、三、五上午出诊。',
      next_free_at: null,
      fee_fen,
      review_count: 63 - 20 * p,
      review_mean: 4.7 - p / 10,
    }
  }),
)

const offset = 8 * 3600_000
export const dateIn = (days) => new Date(Date.now() + offset + days * 86_400_000).toISOString().slice(0, 10)
export const iso = (epoch) => `${new Date(epoch + offset).toISOString().slice(0, 19)}+08:00`

/** Two weeks of half-days: each doctor in turn, with slots of half an hour. */
export function makeSchedules() {
  const schedules = []
  for (let day = 0; day < 14; day++) {
    doctors.forEach((doctor, n) => {
      if ((day + n) % 2 === 1 && day > 0) return
      for (const period of ['am', 'pm']) {
        if (period === 'pm' && n % 2) continue
        const date = dateIn(day)
        const hour = period === 'am' ? 8 : 14
        const slots = Array.from({ length: 6 }, (_, s) => {
          const start = Date.parse(`${date}T${String(hour).padStart(2, '0')}:00:00+08:00`) + s * 1_800_000
          const remaining = (n + s + day) % 5
          return {
            slot_id: id('5', schedules.length * 10 + s),
            start_at: iso(start),
            end_at: iso(start + 1_800_000),
            capacity: 4,
            remaining,
            state: start < Date.now() ? 'past' : remaining ? 'open' : 'full',
          }
        })
        const open = slots.filter((one) => one.state === 'open')
        const past = slots.every((one) => one.state === 'past')
        schedules.push({
          schedule_id: id('c', schedules.length),
          organization_id: doctor.organization_id,
          department_id: doctor.department_id,
          date,
          period,
          start_at: slots[0].start_at,
          end_at: slots[5].end_at,
          state: past ? 'past' : open.length ? 'open' : 'full',
          remaining: open.reduce((sum, one) => sum + one.remaining, 0),
          capacity: 24,
          practitioner_role_id: doctor.id,
          practitioner_name: doctor.name,
          title: doctor.title,
          service_kind: 'expert',
          service_name: '专家门诊',
          service_name_en: 'Expert clinic',
          fee_fen: doctor.fee_fen,
          room: `${301 + (n % 9)} 诊室`,
          slots,
        })
      }
    })
  }
  for (const doctor of doctors) {
    const next = schedules.filter((one) => one.practitioner_role_id === doctor.id && one.state === 'open')[0]
    doctor.next_free_at = next ? next.slots.find((one) => one.state === 'open').start_at : null
  }
  return schedules
}

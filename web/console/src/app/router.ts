import { createRouter, createWebHashHistory } from 'vue-router'
import { credential, takeDeviceToken } from '@/api/credential'
import { destinations, firstPage } from './navigation'
import { useSession } from './session'

const DeskShell = () => import('@/shell/DeskShell.vue')

// Before the router reads the address: a device's token must not stay in it.
const device = takeDeviceToken(location.href)
if (device.token) {
  credential.keepDevice(device.token)
  history.replaceState(null, '', device.href)
}

export const router = createRouter({
  // Hash addresses: the server hands out one static page and needs no rule for deep links.
  history: createWebHashHistory('/console/'),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: () => import('@/screens/sign-in/SignIn.vue'), meta: { open: true } },
    { path: '/hall', name: 'hall-choice', component: () => import('@/screens/hall/HallChoice.vue'), meta: { device: true } },
    { path: '/hall/:location', name: 'hall', component: () => import('@/screens/hall/HallScreen.vue'), meta: { device: true } },
    { path: '/kiosk', name: 'kiosk', component: () => import('@/screens/kiosk/KioskScreen.vue'), meta: { device: true } },
    {
      path: '/',
      component: DeskShell,
      children: [
        { path: '', name: 'home', component: () => import('@/screens/home/HomeScreen.vue') },
        { path: 'room', name: 'room', component: () => import('@/screens/room/RoomScreen.vue') },
        { path: 'exams', name: 'exams', component: () => import('@/screens/exams/ExamsScreen.vue') },
        { path: 'prescribe', name: 'prescribe', component: () => import('@/screens/prescriptions/PrescribeScreen.vue') },
        { path: 'review', name: 'review', component: () => import('@/screens/prescriptions/ReviewScreen.vue') },
        { path: 'pharmacy', name: 'pharmacy', component: () => import('@/screens/pharmacy/WallScreen.vue') },
        { path: 'shelf', name: 'shelf', component: () => import('@/screens/pharmacy/ShelfScreen.vue') },
        { path: 'recalls', name: 'recalls', component: () => import('@/screens/pharmacy/RecallScreen.vue') },
        { path: 'desk', name: 'desk', component: () => import('@/screens/desk/DeskScreen.vue') },
        { path: 'schedules', name: 'schedules', component: () => import('@/screens/schedules/SchedulesScreen.vue') },
        { path: 'queues', name: 'queues', component: () => import('@/screens/queues/QueuesScreen.vue') },
        { path: 'channels', name: 'channels', component: () => import('@/screens/channels/ChannelsScreen.vue') },
        { path: 'waitlist', name: 'waitlist', component: () => import('@/screens/waitlist/WaitlistScreen.vue') },
        { path: 'draws', name: 'draws', component: () => import('@/screens/draws/DrawsScreen.vue') },
        { path: 'reviews', name: 'reviews', component: () => import('@/screens/reviews/ReviewsScreen.vue') },
        { path: 'risk', name: 'risk', component: () => import('@/screens/risk/RiskScreen.vue') },
        { path: 'cashier', name: 'cashier', component: () => import('@/screens/cashier/CashierScreen.vue') },
        { path: 'stays', name: 'stays', component: () => import('@/screens/stays/StaysScreen.vue') },
        { path: 'claims', name: 'claims', component: () => import('@/screens/claims/ClaimsScreen.vue') },
        { path: 'insurance', name: 'insurance', component: () => import('@/screens/insurance/InsuranceScreen.vue') },
        { path: 'reconciliation', name: 'reconciliation', component: () => import('@/screens/reconciliation/ReconciliationScreen.vue') },
        { path: 'tills', name: 'tills', component: () => import('@/screens/tills/TillsScreen.vue') },
        { path: 'people', name: 'people', component: () => import('@/screens/people/PeopleScreen.vue') },
        { path: 'staff', name: 'staff', component: () => import('@/screens/staff/StaffScreen.vue') },
        { path: 'devices', name: 'devices', component: () => import('@/screens/devices/DevicesScreen.vue') },
        { path: 'chain', name: 'chain', component: () => import('@/screens/chain/ChainScreen.vue') },
        { path: 'directory', name: 'directory', component: () => import('@/screens/directory/DirectoryScreen.vue') },
        { path: 'events', name: 'events', component: () => import('@/screens/events/EventsScreen.vue') },
        { path: 'system', name: 'system', component: () => import('@/screens/system/SystemScreen.vue') },
        { path: ':rest(.*)*', name: 'lost', component: () => import('@/shell/LostPage.vue') },
      ],
    },
  ],
})

router.beforeEach(async (to) => {
  const session = useSession()
  credential.asDevice(Boolean(to.meta.device))
  if (to.meta.device) return true
  const signedIn = await session.restore()
  if (to.meta.open) return signedIn && to.name === 'sign-in' && !to.query.code ? firstPage(session.roles, session.kind) : true
  if (!signedIn) return { name: 'sign-in', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  const page = destinations.find((d) => d.name === to.name)
  // The front door of those who may not see the hospital's numbers is the page they work on.
  if (page?.name === 'home' && firstPage(session.roles, session.kind) !== '/') return firstPage(session.roles, session.kind)
  if (page && page.roles !== 'all' && !page.roles.some((role) => session.roles.includes(role))) {
    return { name: 'lost', params: { rest: ['forbidden'] }, query: { why: 'role' } }
  }
  return true
})

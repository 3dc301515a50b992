import { createRouter, createWebHistory } from 'vue-router';
import LivePage from './live/LivePage.vue';

/** The URL is the state: every page reads view, filter and selection from its query. */
export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'live', component: LivePage },
    { path: '/sessions', name: 'sessions', component: () => import('./sessions/SessionsPage.vue') },
    {
      path: '/sessions/:id',
      name: 'session',
      component: () => import('./session/SessionPage.vue'),
      props: true,
    },
    {
      path: '/reconciliation',
      name: 'reconciliation',
      component: () => import('./reconciliation/ReconciliationPage.vue'),
    },
    { path: '/analytics', name: 'analytics', component: () => import('./analytics/AnalyticsPage.vue') },
    { path: '/alerts', name: 'alerts', component: () => import('./alerts/AlertsPage.vue') },
    { path: '/access', name: 'access', component: () => import('./access/AccessPage.vue') },
    { path: '/search', name: 'search', component: () => import('./search/SearchPage.vue') },
    { path: '/wall', name: 'wall', component: () => import('./wall/WallPage.vue') },
    { path: '/:path(.*)*', name: 'nowhere', component: () => import('./shell/NowherePage.vue') },
  ],
});

import type { CalendarTable, Hours } from './table.ts'

const untilHalfPastThree: Hours = ['09:15', '15:30']

/**
 * The National Stock Exchange's days, as published.
 *
 * Not in it, for want of a source: 2027 and later; the hours of the Muhurat session on Sunday 2026-11-08, which is
 * therefore a closed day here; holidays before 2024 outside the fortnight of the shipped recording. Holidays are
 * declared and moved at a few days' notice, so a table of overrides goes on top of this one: see `calendarOf`.
 */
export const nse: CalendarTable = {
  hours: [
    {
      from: '1900-01-01',
      hours: {
        derivatives: untilHalfPastThree,
        cash: untilHalfPastThree,
        'cash-auction': untilHalfPastThree,
      },
      source: 'ndtvprofit.com 2024-07-31; businesstoday.in 2024-01-26',
    },
    {
      from: '2026-08-03',
      hours: {
        derivatives: ['09:15', '15:40'],
        cash: untilHalfPastThree,
        'cash-auction': ['09:15', '15:15'],
      },
      source: 'NSE circulars FAOP/74467 and CMTR/74466 of 2026-05-29',
    },
  ],
  complete: [
    { from: '2022-11-01', to: '2022-11-16', source: 'Recorded trades of these days' },
    { from: '2024-01-01', to: '2026-12-31', source: 'The lists below' },
  ],
  closures: [
    {
      days: ['2022-11-08'],
      source: 'No trades recorded on this day; files under its date repeat the day before',
    },
    {
      days: [
        '2024-01-22',
        '2024-01-26',
        '2024-03-08',
        '2024-03-25',
        '2024-03-29',
        '2024-04-11',
        '2024-04-17',
        '2024-05-01',
        '2024-05-20',
        '2024-06-17',
        '2024-07-17',
        '2024-08-15',
        '2024-10-02',
        '2024-11-01',
        '2024-11-15',
        '2024-11-20',
        '2024-12-25',
      ],
      source: 'businesstoday.in 2024-01-26; dtnext.in 2024-01-20; NSE notice of 2024-11-08',
    },
    {
      days: [
        '2025-02-26',
        '2025-03-14',
        '2025-03-31',
        '2025-04-10',
        '2025-04-14',
        '2025-04-18',
        '2025-05-01',
        '2025-08-15',
        '2025-08-27',
        '2025-10-02',
        '2025-10-21',
        '2025-10-22',
        '2025-11-05',
        '2025-12-25',
      ],
      source: 'sakshipost.com 2025-03-05; deccanherald.com 2025-10-21',
    },
    {
      days: [
        '2026-01-15',
        '2026-01-26',
        '2026-03-03',
        '2026-03-26',
        '2026-03-31',
        '2026-04-03',
        '2026-04-14',
        '2026-05-01',
        '2026-05-28',
        '2026-06-26',
        '2026-09-14',
        '2026-10-02',
        '2026-10-20',
        '2026-11-10',
        '2026-11-24',
        '2026-12-25',
      ],
      source:
        'NSE circulars CMTR/71775 and FAOP/71777 of 2025-12-12; NSE notices of 2026-01-09 and 2026-01-12',
    },
  ],
  specials: [
    {
      day: '2013-05-11',
      kind: 'short',
      parts: [['11:15', '12:45']],
      source: 'Recorded minute bars',
    },
    {
      day: '2013-11-03',
      kind: 'muhurat',
      parts: [['18:15', '19:30']],
      source: 'Recorded minute bars',
    },
    {
      day: '2014-03-22',
      kind: 'short',
      parts: [['11:15', '12:45']],
      source: 'Recorded minute bars',
    },
    { day: '2015-02-28', kind: 'full', source: 'Recorded minute bars' },
    {
      day: '2015-11-11',
      kind: 'muhurat',
      parts: [['17:45', '18:45']],
      source: 'Recorded minute bars',
    },
    {
      day: '2024-01-20',
      kind: 'full',
      source: 'dtnext.in 2024-01-20; businesstoday.in 2024-01-19',
    },
    {
      day: '2024-03-02',
      kind: 'short',
      parts: [
        ['09:15', '10:00'],
        ['11:30', '12:30'],
      ],
      source: 'businesstoday.in 2024-02-15',
    },
    {
      day: '2024-05-18',
      kind: 'short',
      parts: [
        ['09:15', '10:00'],
        ['11:30', '12:30'],
      ],
      source: 'bigul.co 2024-05',
    },
    {
      day: '2024-11-01',
      kind: 'muhurat',
      parts: [['18:00', '19:00']],
      source: 'ndtvprofit.com 2024-10-31',
    },
    { day: '2025-02-01', kind: 'full', source: 'Union Budget: widely reported' },
    {
      day: '2025-10-21',
      kind: 'muhurat',
      parts: [['13:45', '14:45']],
      source: 'ndtvprofit.com 2025-09-22; deccanherald.com 2025-10-21',
    },
    { day: '2026-02-01', kind: 'full', source: 'NSE and BSE notices of 2026-01-16' },
  ],
}

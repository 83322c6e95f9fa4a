// PURE: the page in English.
import type { Words } from './words.ts';

export const english: Words = {
  language: 'en',
  tag: 'en',
  search: 'Search',
  searchHint: 'words, from:anna, has:attachment, after:2024 …',
  mail: 'Mail',
  skip: 'Skip to the content',
  messages: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'message' : 'messages'}`,
  nothingFound: 'Nothing found',
  noSubject: '(no subject)',
  from: 'From',
  to: 'To',
  date: 'Date',
  attachments: 'Attachments',
  notFound: 'Not here',
  notFoundText: 'There is no such page, or no such message.',
  back: 'Back to the mail',
  switchTo: '中文',
};

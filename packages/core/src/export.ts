export * from './export/ams.ts';
export * from './export/ams-keys.ts';
export * from './export/ams-session.ts';
export * from './export/csv.ts';
export * from './export/document.ts';
export * from './export/sources.ts';

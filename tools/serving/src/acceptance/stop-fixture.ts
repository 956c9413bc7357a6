export { stopFixture as default } from './serving-fixture.ts';

export { stopFixture as default } from './start-fixture.ts';

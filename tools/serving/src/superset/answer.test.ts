import { type Answer, refusalOf } from './answer.ts';

const asked = { method: 'POST', path: '/api/v1/assets/import/?x=1', username: 'ana', url: 'https://superset.example' };

describe('what a refusal of Superset means', () => {
  it('is a wrong login, also where Superset redirects to its login page', () => {
    for (const status of [401, 302]) {
      expect(refusalOf(asked, status, json({}))).toMatchObject({
        code: 'LOGIN_REFUSED',
        message: expect.stringContaining('does not let ana in') as string,
      });
    }
  });

  it('is a missing permission, with the call that needs it', () => {
    expect(refusalOf(asked, 403, json({ message: 'Forbidden' }))).toMatchObject({
      code: 'PERMISSION_MISSING',
      message: expect.stringContaining('ana may not do POST /api/v1/assets/import/ at') as string,
    });
  });

  it('is something else at that address when the answer is a page', () => {
    const page = { isJson: false, json: undefined, text: '<html>' };
    expect(refusalOf(asked, 404, page)).toMatchObject({ code: 'SUPERSET_UNREACHABLE' });
  });

  it('is what Superset says', () => {
    expect(refusalOf(asked, 422, json({ message: { slug: ['Must be unique'] } })).message).toBe(
      'POST /api/v1/assets/import/: 422: {"slug":["Must be unique"]}',
    );
  });

  it('is in the log of the server when Superset does not say', () => {
    const answer = json({ errors: [{ message: 'Import failed for an unknown reason' }] });
    expect(refusalOf(asked, 500, answer).message).toMatch(/unknown reason: the log of the Superset server tells it$/);
  });
});

function json(content: unknown): Answer {
  return { isJson: true, json: content, text: JSON.stringify(content) };
}

import type { CertificateHead, CertificateStore, CurrentCertificate, StoredCertificate } from '@antenna/hourly-batch';
import type { Knex } from 'knex';
import { functionAnswer, type Json } from './call-function.ts';
import { CERTIFICATE_CHAIN, CERTIFICATE_OF_HOUR, CERTIFICATES_AFTER } from './sql/batch.sql.ts';

/** How many certificates one call returns. The certificate of an hour of a thousand files has half a megabyte. */
const PAGE_CERTIFICATES = 100;

/** The chain of certificates in Postgres. */
export class PostgresCertificateStore implements CertificateStore {
  readonly #database: Knex;

  constructor(database: Knex) {
    this.#database = database;
  }

  async ofHour(hourMs: number): Promise<CurrentCertificate | undefined> {
    return (
      (await functionAnswer<CurrentCertificate | null>(this.#database, CERTIFICATE_OF_HOUR, { hourMs })) ?? undefined
    );
  }

  async *all(): AsyncIterable<StoredCertificate> {
    let number = 0;
    for (;;) {
      const parameters = { number, most: PAGE_CERTIFICATES };
      const page = await functionAnswer<StoredCertificate[]>(this.#database, CERTIFICATES_AFTER, parameters);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      number = last.number;
    }
  }

  async head(): Promise<CertificateHead> {
    const head = await functionAnswer<HeadJson>(this.#database, CERTIFICATE_CHAIN, {});
    return { ...head, hash: head.hash ?? undefined };
  }
}

type HeadJson = Json<CertificateHead, never, 'hash'>;

/** A file with a login in it, which other programs read and write too. */
export interface CredentialFile {
  /** For messages. */
  readonly path: string;
  /** The text, or null when there is no such file. */
  read(): Promise<string | null>;
  /** Replaces the file whole; it is for its owner only then, whatever it was before. */
  write(text: string): Promise<void>;
  /**
   * Does something while no other process does it with this file.
   *
   * @throws {PodError} `lock_timeout`, when that could not be had in time, and what `body` throws.
   */
  withLock<T>(body: () => Promise<T>): Promise<T>;
}

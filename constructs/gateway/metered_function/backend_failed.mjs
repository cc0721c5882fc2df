// The model could not be asked, or stopped answering. `reached`: it may have worked, and what it did is to be paid.
export class BackendFailed extends Error {
  constructor(cause, { reached, status }) {
    super(cause.message, { cause });
    this.name = "BackendFailed";
    this.reached = reached;
    this.status = status;
  }
}

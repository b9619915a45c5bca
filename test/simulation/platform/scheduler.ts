/** What owns a task: a life of an object. What a dead one left behind never runs. */
export interface Owner {
  readonly alive: boolean;
  /** Called when a task of this owner, and all that follows from it without waiting, is done. */
  turnEnded(): void;
}

interface Task {
  run: () => void;
  owner: Owner | undefined;
}

/** Chooses the next of some tasks that are ready: an index below `count`. */
export type Choice = (count: number) => number;

/** Times that nothing is ready before work counts as stuck. */
const idleRounds = 1_000;

const inOrder: Choice = () => 0;

/**
 * The event loop of the simulation. A task and the microtasks it leads to are one turn, as in an isolate:
 * nothing else happens meanwhile. Which of several ready tasks comes next is chosen, so a seed decides
 * every race.
 */
export class Scheduler {
  #tasks: Task[] = [];
  /** What storage has ready: while an object waits for it no other event is delivered (the input gate). */
  #urgent: Task[] = [];
  #owner: Owner | undefined;
  #choose: Choice = inOrder;
  #turns = 0;
  #loop: Promise<void> | undefined;

  /** Whose turn it is. */
  get owner(): Owner | undefined {
    return this.#owner;
  }

  get turns(): number {
    return this.#turns;
  }

  /** Forgets all tasks, and chooses the next ones by this. */
  reset(choose: Choice = inOrder): void {
    this.#tasks = [];
    this.#urgent = [];
    this.#choose = choose;
    this.#turns = 0;
  }

  /** @param owner default: nobody, as for what happens outside of objects */
  add(run: () => void, owner?: Owner): void {
    this.#tasks.push({ run, owner });
  }

  /** A value in a later turn of whoever asks. */
  later<Value>(work: () => Value): Promise<Value> {
    return this.#promise(this.#tasks, work);
  }

  /** A value of storage, in the next turn. */
  next<Value>(work: () => Value): Promise<Value> {
    return this.#promise(this.#urgent, work);
  }

  #promise<Value>(tasks: Task[], work: () => Value): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const run = (): void => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    };
    tasks.push({ run, owner: this.#owner });
    return promise;
  }

  /** Runs until nothing is ready. */
  settle(): Promise<void> {
    // There is one loop, whoever waits for it.
    return (this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    }));
  }

  /** Runs for as long as some work from outside takes. */
  async runWhile<Value>(work: () => Promise<Value>): Promise<Value> {
    const state = { ended: false };
    const result = work().finally(() => {
      state.ended = true;
    });
    // A failure is the caller's to hear of, once the loop has ended.
    result.catch(() => undefined);
    for (let idle = 0; !state.ended; idle += 1) {
      if (idle > idleRounds) throw new Error("the work waits for what never comes");
      await this.settle();
    }
    return result;
  }

  async #run(): Promise<void> {
    for (;;) {
      // What runs outside of a turn, such as the model itself, comes to its end first.
      await microtasks();
      if (this.#tasks.length + this.#urgent.length === 0) return;
      await this.#turn();
    }
  }

  #chosen(): Task | undefined {
    const index = this.#tasks.length === 1 ? 0 : this.#choose(this.#tasks.length);
    return this.#tasks.splice(index, 1)[0];
  }

  async #turn(): Promise<void> {
    const task = this.#urgent.shift() ?? this.#chosen();
    if (task === undefined || task.owner?.alive === false) return;
    this.#turns += 1;
    this.#owner = task.owner;
    task.run();
    await microtasks();
    task.owner?.turnEnded();
    this.#owner = undefined;
  }
}

/** Ends when no microtask is left: Node empties their queue before it goes on with its ticks. */
const microtasks = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

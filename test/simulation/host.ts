import type { OwnStub } from "../../src/contract/connection-rpc.ts";
import type { CipherPoint, StorageFault, TurnPoint } from "./model/commands.ts";
import type { Deployment } from "./model/deployment.ts";
import type { Receivers } from "./model/receivers.ts";
import type { Rows } from "./model/tables.ts";

/** What is under way, as the model sees it: by it a host knows when nothing moves any more. */
export interface Progress {
  /** Something was begun and has not ended. */
  busy: boolean;
  /** Requests that Microsoft has not answered, and whether an answer is on its way. */
  outstanding: number;
  answering: boolean;
  /** Rises with everything that happens. */
  activity: number;
}

/** What the host tells of. */
export interface HostEvents {
  /** The object died by itself where it was told to. */
  died: () => void;
  /** It wrote a line of its log. */
  logged: (line: string) => void;
  /** It wrote a data point. */
  measured: (point: AnalyticsEngineDataPoint) => void;
}

export interface HostOptions extends HostEvents {
  deployment: Deployment;
  /** Chooses between what could happen next; 0: in the order of arrival. */
  order: number;
  /** Where its chance begins, a whole number from 1 on; default 1. Not in workerd. */
  chance?: number;
  /** To whom it reports. */
  receivers: Receivers;
}

/**
 * One of the worlds in which the model drives a connection: workerd, or the simulation in Node. It has one
 * object at a time, whose time stands still unless it is set.
 */
export interface Host {
  /** Of the life that is now. */
  readonly stub: OwnStub;
  /** Begins with an object that never was. Time is milliseconds since the epoch. */
  begin(id: string, now: number, options: HostOptions): Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Lets time pass, or jumps back. */
  setTime(now: number): Promise<void>;
  /** Lets everything happen that happens by itself. */
  settle(progress: () => Progress): Promise<void>;
  /** Does work from outside, such as an answer of Microsoft's; it may be where the object dies. */
  apply(work: () => void): Promise<void>;
  /** Work of the model itself that awaits something. */
  run<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Reads what the object sealed; no death that waits for the object strikes here. */
  read<Value>(work: () => Promise<Value>): Promise<Value>;
  /** Rings the alarm, if one is set. Rejects when the object dies meanwhile. */
  ring(): Promise<boolean>;
  /** Kills the object, after some work that no life of it sees. */
  crash(last: () => Promise<void>): Promise<void>;
  /** Lets the object die at a point that it comes to. */
  armDeath(at: CipherPoint | TurnPoint): Promise<void>;
  disarm(): void;
  /**
   * After a death, once everything that was under way has ended: another life begins.
   *
   * @param repeatAt when the platform repeats the alarm that was ringing; undefined: none was
   */
  revive(repeatAt: number | undefined): Promise<void>;
  /** From now on lives begin with this. Not in workerd. */
  deploy(deployment: Deployment): void;
  /** The object loses what it stored. Not in workerd. */
  lose(): Promise<void>;
  /** Puts the object to sleep. */
  evict(): Promise<void>;
  /** Lets writes fail; undefined: no more. */
  failStorage(fault: StorageFault | undefined): Promise<void>;
  /** What the tables hold; undefined when there is no connection. */
  rows(): Promise<Rows | undefined>;
  /** Posts to the Worker that the object is of, as Graph does. Not in workerd. */
  post(request: Request): Promise<Response>;
  /** Frees what the schedule used, whatever is under way. */
  end(failed: boolean): Promise<void>;
}

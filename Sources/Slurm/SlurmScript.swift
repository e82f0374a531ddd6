import Core
import Experiments
import Records

/// The batch script of a job array, for any POSIX shell.
///
/// A task runs `run-child` for the run in its line of the file `tasks`. Exit codes of the run
/// decide what follows:
///
/// - 128 + USR1: Slurm has signalled the approaching time limit, and the run has written a
///   checkpoint. The script puts the task back into the queue.
/// - 75: another process has the run, perhaps this task's last one on a node that is going down.
///   The script tries again every 10 s, for ten minutes.
/// - any other: the task ends with it.
///
/// SIGTERM, from scancel or a preemption, is passed on to the run, and the task ends after its
/// checkpoint.
struct SlurmScript {
  /// The absolute path of this program.
  let program: String
  /// The hidden command and the options that all tasks share; `--only` follows.
  let arguments: [String]

  /// The script.
  ///
  /// - Parameter folder: the submission's folder, which has the file `tasks`.
  func text(folder: String) -> String {
    let command = ([program] + arguments).shellCommand
    return """
      #!/bin/sh
      # Written by scl for one job array: a task is a run, named by a line of the file 'tasks'.
      exec >>\((folder + "/output-").shellQuoted)"$SLURM_ARRAY_TASK_ID.txt" 2>&1
      only=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" \((folder + "/tasks").shellQuoted)) || exit 66
      [ -n "$only" ] || { echo "no line for task $SLURM_ARRAY_TASK_ID in 'tasks'" >&2; exit 66; }
      task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
      export \(LockOwner.taskVariable)="Slurm job $task"
      # The Swift runtime's own report of a crash halts all threads first, and may leave them so.
      export SWIFT_BACKTRACE=enable=no
      say() { echo "$(date '+%Y-%m-%d %H:%M:%S') $*"; }

      # Signals are for the run: USR1 comes from Slurm before the time limit, TERM when the task is
      # cancelled or makes room. Either way the run writes a checkpoint and ends.
      child= stop= interrupted=
      pass() {
        stop=$1 interrupted=yes
        [ -z "$child" ] || kill -s "$1" "$child" 2>/dev/null
      }
      trap 'pass USR1' USR1
      trap 'pass TERM' TERM

      # Waits for the child however often a signal interrupts the waiting, and tells its exit code.
      await() {
        code=
        while :; do
          interrupted=
          wait "$child"
          status=$?
          # 127: it was waited for already.
          if [ "$status" = 127 ] && [ -n "$code" ]; then break; fi
          code=$status
          [ -n "$interrupted" ] || break
        done
        child=
      }

      # Puts this task back into the queue, which ends this script.
      requeue() {
        turn=0
        while [ "$turn" -lt 30 ]; do
          [ "$stop" != TERM ] || exit 143
          scontrol requeue "$task" && { sleep 120 & wait; }
          turn=$((turn + 1))
          sleep 10 & wait
        done
        say "cannot be put back into the queue"
        exit 138
      }

      say "$only as $task on ${SLURMD_NODENAME:-?}, restart ${SLURM_RESTART_COUNT:-0}"
      turn=0
      while :; do
        case $stop in
          USR1) requeue ;;
          TERM) exit 143 ;;
        esac
        \(command) --only "$only" >/dev/null &
        child=$!
        [ -z "$stop" ] || kill -s "$stop" "$child" 2>/dev/null
        await
        say "run-child ended with $code"
        # Another process works on the run: it may be this task's last one, on a node that is dying.
        [ "$code" = \(RunExit.elsewhere) ] && [ "$turn" -lt 60 ] || break
        turn=$((turn + 1))
        sleep 10 &
        child=$!
        await
      done
      # 128 + USR1: stopped for the time limit.
      [ "$code" != 138 ] || requeue
      exit "$code"

      """
  }
}

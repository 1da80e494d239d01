"""The list of scenarios, in the order of the documentation."""

from tests.chaos import crowds, files, keys, kills, servers, threads, versions, waiting, workers
from tests.chaos.stage import name_of

SCENARIOS = {
    name_of(scenario): scenario
    for scenario in (
        kills.kill_commands,
        kills.kill_import,
        kills.kill_migration,
        kills.lock_file_left,
        kills.interrupted_batch,
        kills.frozen_writer,
        workers.kill_worker,
        waiting.database_held,
        servers.server_stopped,
        servers.connection_terminated,
        servers.network_cut,
        servers.too_many_connections,
        files.disk_full,
        files.file_read_only,
        files.folder_read_only,
        files.out_of_files,
        files.corrupted_page,
        versions.old_code_new_schema,
        versions.new_code_old_schema,
        versions.upgraded_beneath,
        versions.first_opening,
        keys.answer_lost,
        keys.same_key_at_once,
        keys.clock_backwards,
        keys.host_rolls_back,
        threads.fork_after_open,
        threads.raising_job,
        threads.interrupted_thread,
        crowds.few_subjects,
        crowds.many_subjects,
        crowds.last_place,
    )
}

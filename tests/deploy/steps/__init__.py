"""What people and schedules do in a deployed stage: for every permission there is a step that needs it.

Each step stands by itself and can be done again. tests/deploy/every_permission.py takes permissions away and looks
whether the step fails.
"""

from collections.abc import Callable

from testing.deployed_stage import DeployedStage
from tests.deploy.steps import accounts, administration, events, logging, looking, owner, qr_images, redeeming, sweeping

Step = Callable[[DeployedStage], None]

STEPS: dict[str, Step] = {
    step.__name__: step
    for step in (
        redeeming.a_person_redeems,
        logging.the_api_logs,
        logging.the_queue_function_logs,
        logging.the_sweep_logs,
        logging.the_stream_function_logs,
        qr_images.qr_codes_come_and_go,
        qr_images.a_qr_code_is_taken_away_while_it_is_drawn,
        qr_images.an_expired_invite_s_qr_code_goes,
        qr_images.an_extended_invite_keeps_its_qr_code,
        qr_images.a_record_that_makes_no_sense_is_parked,
        logging.the_announcing_function_logs,
        logging.the_sending_function_logs,
        events.an_admin_sees_to_an_endpoint,
        events.a_test_is_sent_and_sent_again,
        events.an_event_is_announced,
        events.an_endpoint_that_failed_for_days_is_switched_off,
        events.the_sweep_has_overdue_deliveries_sent,
        events.an_entry_that_makes_no_sense_is_parked,
        owner.the_owner_renews_their_token,
        owner.a_renewal_is_finished_without_its_browser,
        owner.libraries_are_read_again,
        owner.plex_fails_when_libraries_are_read,
        administration.an_admin_looks_around,
        administration.an_admin_changes_settings,
        administration.an_invite_is_edited_and_deleted,
        redeeming.a_person_joins_without_plex,
        redeeming.a_person_sees_to_their_password_and_sessions,
        redeeming.a_person_who_left_comes_back,
        redeeming.a_profile_in_the_home_is_deleted,
        redeeming.a_person_without_plex_links_it_later,
        accounts.a_person_signs_in_with_plex,
        accounts.a_person_with_access_opens_an_account,
        looking.everybody_on_plex_is_looked_at,
        looking.a_member_s_libraries_are_changed,
        redeeming.plex_fails_once,
        redeeming.plex_refuses,
        owner.plex_refuses_the_owner_s_token,
        redeeming.a_manager_tries_again,
        accounts.an_account_is_closed_and_its_access_ends,
        accounts.a_person_leaves,
        accounts.a_program_asks_with_an_api_key,
        accounts.an_access_not_ended_is_ended_by_the_sweep,
        redeeming.what_was_lost_is_sent_again,
        sweeping.the_sweep_moves_expired_invites,
        sweeping.the_sweep_ends_trials,
        sweeping.the_sweep_ends_memberships,
        sweeping.the_sweep_closes_accounts_whose_access_has_ended,
        sweeping.the_sweep_removes_what_has_expired,
    )
}

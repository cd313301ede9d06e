//! The suite for ledgers: every promise in the comments of the port, one case each.
//!
//! Each case is given a fresh, empty ledger. [`crate::ledger_conformance`] makes a test of
//! each: a macro, because only a macro gives every implementation's test binary one named
//! test a case, without a list that somebody must keep equal.

pub mod administration;
mod bench;
pub mod claim;
pub mod commit;
pub mod events;
pub mod guard;
pub mod history;
pub mod intents;
pub mod members;
pub mod nests;
pub mod notices;
pub mod reports;
pub mod settings;
pub mod settle;
pub mod spread;
pub mod sweep;
pub mod walk;
pub mod watch;

pub use bench::Bench;

/// Makes one `#[test]` of each case of the suite.
///
/// `$make` is a `fn() -> (Arc<dyn Ledger>, impl Sized)` giving a fresh ledger and something to
/// keep alive while it is used; `$block_on` runs a future to its end. Both are absolute paths.
#[macro_export]
macro_rules! ledger_conformance {
    ($make:path, $block_on:path) => {
        $crate::ledger_conformance!(@cases $make, $block_on,
            commit: created_resource_is_read_back, r3_taken_name_is_refused, name_is_free_after_rename,
                name_is_free_after_delete, names_of_two_kinds_do_not_meet, stale_version_is_refused,
                equal_content_is_no_change, r2_a_change_writes_one_row, delete_leaves_a_tombstone,
                delete_twice_is_not_found, new_origin_is_a_change, unknown_member_is_refused,
                password_is_kept_apart, references_are_resolved_in_order, search_counts_and_pages,
                r2_a_refused_change_writes_nothing, other_tenants_see_nothing;
            members: members_are_listed_in_order, members_come_if_they_are_few, member_steps_apply_in_order,
                membership_raises_the_member_version_only, only_differences_write_rows,
                emptying_gives_a_new_set, deleted_member_leaves_its_groups,
                deleted_group_gives_up_its_set, created_group_writes_no_member_rows,
                memberships_reach_through_groups, memberships_are_bounded;
            spread: spread_marks_and_deletes_in_one, spread_twice_is_busy, spread_checks_the_estate,
                markings_of_a_pair_merge, view_tells_origin_activity_and_links,
                live_view_names_dependents_and_linked_groups;
            claim: earliest_due_is_claimed_first, lanes_are_claimed_apart, a_claim_is_exclusive,
                not_due_is_not_claimed, a_dead_node_claims_nothing, a_moved_target_is_not_claimed,
                release_frees_without_doubt, a_marking_does_not_free_what_is_taken,
                ready_counts_up_to_its_limit, frames_show_the_pair,
                frames_show_a_tombstone_while_linked, bury_frees_and_puts_in_doubt,
                beats_are_counted, announce_needs_the_fence, announce_keeps_a_doubt;
            settle: done_ends_the_item, a_raised_mark_keeps_the_item,
                r9_a_raised_mark_keeps_what_is_owed, paid_is_no_longer_owed,
                a_moved_version_keeps_the_item, a_foreign_fence_is_stale,
                r11_only_the_doubt_looked_at_is_cleared, a_link_in_foreign_doubt_is_not_closed,
                edges_end_by_their_mark, live_writes_an_outbox_row, waiting_ends_when_the_link_closes,
                waiting_ends_when_the_name_changes, waiting_marks_the_holder,
                waiting_for_a_closed_link_is_over, parked_is_not_claimed, retry_wakes_the_parked,
                retry_is_by_cause_and_in_steps,
                later_is_claimed_later, r11_one_open_link_a_pair, links_are_found_by_name_and_id,
                cut_edges_come_first;
            sweep: links_are_walked_in_order, resources_are_walked_in_order, the_members_of_a_group_are_walked,
                a_moved_cursor_commits_nothing, a_step_of_an_earlier_pass_commits_nothing, an_edit_of_the_estate_ends_a_step_under_way, an_old_set_is_walked_and_erased,
                an_old_set_serves_every_target, dependents_and_memberships_are_walked;
            guard: r16_as_many_as_the_limit_may_leave, r16_what_exceeds_the_limit_is_held_as_one,
                r16_leavers_are_counted_for_a_day, r16_a_leaver_is_counted_once,
                r16_only_who_stays_is_no_longer_held, r16_a_taken_pair_is_held_when_its_claim_ends,
                r16_a_wave_is_released_by_name_and_in_parts, r16_what_is_rejected_is_forgotten,
                r16_a_sweep_waits_until_its_wave_is_over, r16_the_few_of_a_sweep_are_released,
                r16_an_order_goes_past_the_guard, r16_r25_a_verdict_and_its_row_are_one,
                r16_a_wave_is_told_once_and_counted_on, r16_a_sweeps_wave_is_told_when_it_is_held;
            intents: what_is_known_in_part_keeps_its_other_names, what_waits_to_be_confirmed_is_invisible, a_confirmed_create_comes_to_life,
                a_void_create_stays_gone, a_change_waits_beside_what_is_stored,
                a_settle_that_is_refused_changes_nothing, only_a_leaver_overtakes_an_intent,
                a_settle_tells_the_intent, an_intent_in_doubt_is_unsure,
                frames_show_the_open_intent, what_is_passed_through_stands_apart,
                a_newer_desire_takes_the_place_of_an_older, what_is_passed_through_is_erased,
                an_edge_is_what_was_ordered, ended_intents_are_dropped_in_time,
                a_moved_estate_opens_no_intent;
            reports: a_report_is_kept_with_its_lines_in_order, old_reports_go_when_one_is_made,
                a_report_is_about_all_who_are_or_have_something,
                a_suspected_pair_is_in_doubt_and_marked, who_was_seen_is_confirmed;
            settings: estate_edits_check_the_version, edited_targets_get_new_versions,
                a_schema_in_use_is_not_narrowed, an_index_follows_its_schema,
                the_use_of_an_extension_is_searched,
                a_schema_that_all_need_comes_before_them, identity_providers_are_kept_by_name,
                named_targets_are_swept, removed_targets_abandon_their_links,
                tokens_are_found_by_hash, tokens_expire_and_are_revoked, tenants_are_kept_apart;
            events: a_change_writes_its_events, no_difference_writes_no_event,
                events_wait_until_they_end, a_full_stream_counts_what_it_loses,
                large_events_are_read_few_at_a_time, streams_are_edited_and_removed,
                faults_are_noted_and_forgotten, results_are_kept_for_who_asked,
                the_first_key_of_a_tenant_stays;
            history: steps_are_kept_with_their_delivery, history_is_asked_by_each_part,
                history_ends_by_age_and_number;
            nests: users_by_way_of_groups_are_walked_in_order, groups_that_are_too_deep_are_told,
                groups_above_tell_whom_they_hold,
                scenario_14_what_has_ended_is_a_way_until_it_is_spread,
                scenario_14_a_set_that_was_given_up_is_a_way, sweeps_walk_below_and_above,
                another_nesting_begins_a_sweep, a_row_tells_that_its_member_is_a_group;
            notices: a_quarantine_is_told_to_who_wants_it, a_parked_pair_is_told_to_who_wants_it,
                messages_are_paced_and_counted, messages_are_bounded_and_go_with_their_receiver;
            walk: pages_follow_each_other, a_walk_ends_where_the_matches_end,
                a_walk_goes_on_where_it_stood, missing_values_are_walked,
                ties_are_walked_in_order_of_creation, totals_follow_commits,
                a_filtered_walk_counts_once, offsets_pass_over_what_lives;
            administration: r25_an_order_and_its_row_are_one, tokens_come_and_go_by_order,
                administrators_come_and_go_by_order, a_retry_is_an_order,
                the_trail_is_read_from_either_end, lo_4_each_chain_is_whole;
            watch: status_counts_pairs, unspread_rows_are_pending, parked_pairs_are_failed, lists_are_paged,
                r26_leavers_are_pending_then_confirmed, r26_unspread_leavers_have_an_age,
                quarantine_is_told, a_pause_is_kept, deliveries_are_newest_first, deliveries_are_paged,
                a_pair_is_seen_alone
        );
    };
    (@cases $make:path, $block_on:path, $($area:ident: $($case:ident),+);+) => {
        $(mod $area {
            $(#[test]
            fn $case() {
                let (ledger, _kept) = $make();
                $block_on($crate::conformance::ledger::$area::$case(ledger));
            })+
        })+
    };
}

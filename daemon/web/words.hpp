#pragma once
// What the pages say, in each language. Where a value goes in stands {}.
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace paperboy::web {

// What a page says about an action of a message: the question, what it does, its button, and that it is done.
struct ActWords {
  std::string_view ask, what, button, done, done_what;
};

struct Words {
  std::string_view tag;  // BCP 47, of the page
  std::string_view skip, pages, preferences, archive, back;

  std::string_view who, secret, problem, paused, paused_open;

  std::string_view topics, no_topics, query, categories, authors, examples, excluded, muted, muted_until;
  std::string_view mute, mute_for, unmute, unfollow, open_end, one_week, two_weeks, four_weeks;
  std::string_view add_topic, query_hint, categories_hint, topic_name, topic_name_hint, optional, follow;

  std::string_view schedule, schedule_now, when, on_days, on_announcement, instant, which_days;
  std::array<std::string_view, 7> days;
  std::string_view time, time_hint, zone, zone_hint, save_schedule;
  std::string_view pause, pause_for, pause_button, resume_button;
  std::string_view language, save_language;

  std::string_view places, no_places, drop, stopped_here, refused_here, release, dropped, add_back;
  std::string_view learned, learned_hint, nothing_learned, undo_newest, reset, more_choices;
  std::string_view features_link, features, features_hint, no_features, features_nameless, features_for,
      features_against, liked_papers, comma, newest_choice;
  std::string_view saved, nothing_saved, unsave;
  std::string_view data, export_link, forget;

  std::string_view reset_ask, reset_what, reset_button, forget_ask, forget_what, forget_button, forgotten,
      forgotten_what;

  std::string_view archive_title, search, search_hint, search_button, clear, found_none, no_digests, newer, older;
  std::string_view own_note, own_link;

  ActWords more, less, save;
  std::string_view undo;

  std::string_view not_found, not_found_what, expired, expired_what, refused, refused_what;

  // Of fields.
  std::string_view need_query, query_at, too_long, need_day, bad_time, bad_zone, zone_meant, name_taken,
      too_many_topics, not_offered;

  // What a redirect may say: ?said=WORD.
  std::vector<std::pair<std::string_view, std::string_view>> said;
};

// zh for Chinese of any region, en for every other language.
const Words& words_of(std::string_view language);

// `pattern` with the first {} replaced.
std::string with(std::string_view pattern, std::string_view value);

}  // namespace paperboy::web

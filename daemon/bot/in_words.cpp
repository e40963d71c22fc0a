// Schedules and choices in words of a language.
#include <algorithm>
#include <cstdio>
#include <span>

#include "daemon/base/text.hpp"
#include "daemon/bot/answer.hpp"
#include "daemon/digest/dates.hpp"

namespace paperboy::bot {
namespace {

constexpr const char* days_en[] = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
constexpr const char* days_zh[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

bool is_chinese(std::string_view language) {
  return language.starts_with("zh");
}

// "Monday, Wednesday and Friday".
std::string listed(std::span<const std::string> parts, bool chinese) {
  if (parts.size() < 2 || chinese) return text::join(parts, "、");
  return text::join(parts.first(parts.size() - 1), ", ") + " and " + parts.back();
}

std::string days_in_words(const std::array<bool, 7>& days, bool chinese) {
  const std::array<bool, 7> all{true, true, true, true, true, true, true};
  const std::array<bool, 7> working{true, true, true, true, true, false, false};
  if (days == all) return chinese ? "每天" : "every day";
  if (days == working) return chinese ? "工作日" : "weekdays";
  std::vector<std::string> names;
  for (std::size_t day = 0; day < days.size(); ++day) {
    if (days.at(day)) names.emplace_back(chinese ? days_zh[day] : days_en[day]);
  }
  return (chinese ? "每" : "every ") + listed(names, chinese);
}

// “text”, in both languages.
std::string in_quotes(std::string_view text) {
  return "“" + std::string(text) + "”";
}

}  // namespace

std::string in_words(const paper::Schedule& schedule, std::string_view language) {
  const bool chinese = is_chinese(language);
  switch (schedule.cadence) {
    case paper::Cadence::on_announcement:
      return chinese ? "公布完成后立即" : "as soon as the announcement is complete";
    case paper::Cadence::instant:
      return chinese ? "论文符合主题时立即" : "as soon as a paper meets a topic";
    case paper::Cadence::daily:
    case paper::Cadence::weekly:
      break;
  }
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d", schedule.minute_of_day / 60, schedule.minute_of_day % 60);
  std::string words = days_in_words(schedule.days, chinese) + (chinese ? " " : " at ") + clock;
  if (!schedule.time_zone.empty())
    words += chinese ? "（" + schedule.time_zone + "）" : " (" + schedule.time_zone + ")";
  return words;
}

std::string in_words(const paper::Choice& choice, std::string_view language) {
  using Kind = paper::Choice::Kind;
  const bool zh = is_chinese(language);
  const std::string until =
      choice.until ? (zh ? "，直到 " : " until ") + digest::plain_date(*choice.until, language) : "";
  switch (choice.kind) {
    case Kind::follow: {
      const std::string query = choice.query.empty() ? choice.subject : choice.query;
      std::string plain = query;
      std::erase(plain, '"');
      std::string words = (zh ? "关注" : "follow ") + in_quotes(plain);
      if (!choice.categories.empty()) words += (zh ? "，分类 " : " in ") + text::join(choice.categories, ", ");
      if (plain != choice.subject && !choice.subject.empty())
        words += (zh ? "，名为" : " as ") + in_quotes(choice.subject);
      return words;
    }
    case Kind::follow_author:
      return (zh ? "关注作者 " : "follow author ") + choice.subject;
    case Kind::unfollow:
      return (zh ? "取消关注" : "unfollow ") + in_quotes(choice.subject);
    case Kind::mute:
      return (zh ? "静音" : "mute ") + in_quotes(choice.subject) + until;
    case Kind::unmute:
      return (zh ? "取消静音" : "unmute ") + in_quotes(choice.subject);
    case Kind::like: {
      const std::string topic = choice.topic.empty() ? "" : (zh ? "，用于" : " for ") + in_quotes(choice.topic);
      return (zh ? "多推类似 " : "more like ") + choice.subject + topic;
    }
    case Kind::dislike:
      return (zh ? "少推类似 " : "less like ") + choice.subject;
    case Kind::save:
      return (zh ? "收藏 " : "save ") + choice.subject;
    case Kind::schedule:
      return (zh ? "推送时间：" : "digest ") + (choice.schedule ? in_words(*choice.schedule, language) : std::string());
    case Kind::pause:
      return (zh ? "暂停" : "pause") + until;
    case Kind::resume:
      return zh ? "恢复" : "resume";
    case Kind::language:
      return (zh ? "语言 " : "language ") + choice.subject;
    case Kind::address: {
      const std::size_t blank = std::min(choice.subject.find(' '), choice.subject.size());
      const bool drop = choice.subject.starts_with("drop");
      const std::string where(text::trim(std::string_view(choice.subject).substr(blank)));
      return (drop ? (zh ? "不再发送到 " : "no longer deliver to ") : (zh ? "发送到 " : "deliver to ")) + where;
    }
  }
  return {};
}

}  // namespace paperboy::bot

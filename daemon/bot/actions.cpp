// What is pressed instead of typed: buttons, and the verbs that a channel completes.
#include "daemon/bot/command.hpp"
#include "daemon/bot/words.hpp"

namespace paperboy::bot {
namespace {

using Kind = Command::Kind;

Command alone_of(Kind kind) {
  Command command;
  command.kind = kind;
  return command;
}

}  // namespace

std::optional<Command> parse_action(std::string_view action) {
  struct Action {
    std::string_view name;
    Kind kind;
  };
  static constexpr Action of_papers[] = {{"ask", Kind::ask},   {"why", Kind::why},         {"abstract", Kind::abstract},
                                         {"cite", Kind::cite}, {"similar", Kind::similar}, {"more", Kind::more},
                                         {"less", Kind::less}, {"save", Kind::save}};
  static constexpr Action alone[] = {{"topics", Kind::topics},
                                     {"undo", Kind::undo},
                                     {"saved", Kind::saved},
                                     {"learned", Kind::learned},
                                     {"preferences", Kind::preferences},
                                     {"pause", Kind::pause},
                                     {"resume", Kind::resume},
                                     {"help", Kind::help},
                                     {"digest/now", Kind::digest_now},
                                     {"forget/yes", Kind::forget_confirm}};
  constexpr std::size_t longest = 2100;
  if (action.size() > longest) return std::nullopt;
  for (const Action& each : alone) {
    if (each.name == action) return alone_of(each.kind);
  }
  const std::size_t slash = action.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view name = action.substr(0, slash), argument = action.substr(slash + 1);
  if (name == "help") {
    Command command = alone_of(Kind::help);
    command.text = help_subject(argument);
    return command.text.empty() ? std::nullopt : std::optional(command);
  }
  for (const Action& each : of_papers) {
    if (each.name != name) continue;
    std::optional<paper::PaperId> id = paper::PaperId::from_canonical(argument);
    if (id && argument.find('%') != std::string_view::npos)  // a DOI with brackets, as an address holds it
      id = paper::PaperId::doi("https://doi.org/" + std::string(argument.substr(argument.find(':') + 1)));
    if (!id) return std::nullopt;
    Command command = alone_of(each.kind);
    command.papers.push_back({*id, 0});
    return command;
  }
  return std::nullopt;
}

std::vector<VerbHelp> verbs(std::string_view language) {
  struct Help {
    std::string_view verb, english, chinese;
  };
  static constexpr Help helps[] = {
      {"ask", "about a paper: ask 2512.07197, or only its id", "查询论文：ask 2512.07197，或只写编号"},
      {"why", "why a paper is in your digest", "为什么推送这篇论文"},
      {"similar", "papers like this one", "查找类似论文"},
      {"search", "search what Paperboy has read", "搜索 Paperboy 读过的论文"},
      {"follow", "follow a query, or \"follow author NAME\"", "关注一个查询，或 follow author 姓名"},
      {"test", "what following a query would bring", "试试关注一个查询会带来什么"},
      {"topics", "what you follow", "你关注的主题"},
      {"unfollow", "drop a topic", "取消关注一个主题"},
      {"mute", "silence a topic for a while", "暂时静音一个主题"},
      {"unmute", "let a muted topic speak again", "取消静音"},
      {"more", "more papers like this one", "多推类似论文"},
      {"less", "fewer papers like this one", "少推类似论文"},
      {"save", "keep a paper for later", "收藏论文"},
      {"saved", "the papers you kept", "收藏的论文"},
      {"cite", "a paper as BibTeX", "论文的 BibTeX"},
      {"abstract", "a paper's abstract", "论文的摘要"},
      {"digest", "\"digest now\", or when: digest at 08:30 weekdays",
       "digest now 立即生成；digest at 08:30 weekdays 设定时间"},
      {"pause", "no digests for a while", "暂停推送"},
      {"resume", "digests again", "恢复推送"},
      {"learned", "what you have told Paperboy", "你告诉过 Paperboy 的"},
      {"preferences", "your page: change everything there", "你的页面：在那里更改一切"},
      {"undo", "take back the newest choice", "撤销最近一次选择"},
      {"language", "en or zh", "语言：en 或 zh"},
      {"link", "be the same person in another chat", "在另一个聊天中关联你的账号"},
      {"export", "all that is kept of you", "导出保存的关于你的全部数据"},
      {"help", "what you can say; help follow says more", "可用的命令；help follow 给出详情"},
  };
  const bool in_chinese = language.starts_with("zh");
  std::vector<VerbHelp> list;
  for (const Help& help : helps) list.push_back({help.verb, in_chinese ? help.chinese : help.english});
  return list;
}

}  // namespace paperboy::bot

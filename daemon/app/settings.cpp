#include "daemon/app/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "daemon/base/text.hpp"
#include "daemon/flow/people.hpp"
#include "daemon/match/query.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/reading/questions.hpp"

namespace paperboy::app {
namespace {

using integrations::Plugin;
using settings::Node;

// Channels are made here only to be asked about addresses: nothing is sent, no lane is taken.
class NoLanes final : public net::LaneMemory {
 public:
  async::Awaitable<net::LaneState> load(std::string) override { co_return net::LaneState{}; }
  async::Awaitable<> save(std::string, net::LaneState) override { co_return; }
};

class NoMemory final : public flow::ChannelMemory {
 public:
  async::Awaitable<std::string> recall(std::string, std::string) override { co_return std::string(); }
  async::Awaitable<> keep(std::string, std::string, std::string) override { co_return; }
};

// Answers flow::PeopleRules::check_address.
class AddressBook {
 public:
  AddressBook(const std::vector<integrations::Offer>& offers, std::shared_ptr<const digest::Templates> templates)
      : templates_(std::move(templates)) {
    if (!templates_) return;
    const integrations::Toolbox toolbox{client_, lanes_, memory_, clock_, *templates_, ""};
    for (const auto& offer : offers) {
      if (offer.channel) channels_.push_back(offer.channel(toolbox));
    }
  }

  std::optional<std::string> wrong_with(const paper::Address& address, const std::vector<std::string>& set_up) const {
    if (std::find(set_up.begin(), set_up.end(), address.channel) == set_up.end()) return not_set_up(address.channel);
    for (const auto& channel : channels_) {
      if (channel->name() == address.channel) return channel->check_destination(address.destination);
    }
    return std::nullopt;
  }

  std::optional<std::string> account_of(const paper::Address& address) const {
    for (const auto& channel : channels_) {
      if (channel->name() == address.channel) return channel->account_of(address.destination);
    }
    return std::nullopt;
  }

 private:
  static std::string not_set_up(const std::string& name) {
    const Plugin* plugin = integrations::find_plugin(name);
    if (plugin && plugin->kind == Plugin::Kind::channel) {
      return "the channel '" + name + "' is not set up: the settings have no 'channels." + name + "'";
    }
    std::vector<std::string> names;
    for (const Plugin* each : integrations::plugins()) {
      if (each->kind == Plugin::Kind::channel) names.emplace_back(each->name);
    }
    const auto near = text::nearest(name, names);
    return "there is no channel '" + name + "'" +
           (near ? "; did you mean '" + *near + "'?" : "; there are " + text::join(names, ", "));
  }

  net::FolderClient client_{""};
  NoLanes lanes_;
  NoMemory memory_;
  SystemClock clock_;
  std::shared_ptr<const digest::Templates> templates_;
  std::vector<std::unique_ptr<flow::Channel>> channels_;
};

void read_integrations(const Node& root, Settings& settings) {
  const Node sources = root.at("sources"), channels = root.at("channels"), reading = root.at("reading");
  const Node citations = root.at("citations");
  const auto below = [&](Plugin::Kind kind) {
    switch (kind) {
      case Plugin::Kind::source:
        return sources;
      case Plugin::Kind::channel:
        return channels;
      case Plugin::Kind::reader:
        return reading;
      case Plugin::Kind::citations:
        return citations;
    }
    return sources;
  };
  for (const Plugin* plugin : integrations::plugins()) {
    const Node section = below(plugin->kind).at(plugin->name);
    if (!section.present()) continue;
    settings.offers.push_back(plugin->read(section));
    if (plugin->kind == Plugin::Kind::source) settings.sources.emplace_back(plugin->name);
    if (plugin->kind == Plugin::Kind::channel) settings.channels.emplace_back(plugin->name);
  }
}

// The folders of templates: the user's own, if any, before the installed one.
std::vector<std::filesystem::path> template_folders(const Node& own) {
  std::vector<std::filesystem::path> folders;
  if (own.present()) folders.push_back(own.file_path({}));
  folders.push_back(data_directory() / "templates");
  return folders;
}

// "deep", "short", or parts by their names.
std::vector<std::string> read_parts(const Node& node) {
  const auto deep = reading::deep_parts(), brief = reading::short_parts();
  std::vector<std::string> known(deep.begin(), deep.end());
  known.insert(known.end(), brief.begin(), brief.end());
  std::vector<std::string> wanted;
  if (!node.present()) wanted.emplace_back("deep");
  for (const std::string& word : node.texts()) {
    if (word == "deep" || word == "short" || std::find(known.begin(), known.end(), word) != known.end()) {
      wanted.push_back(word);
      continue;
    }
    const auto near = text::nearest(word, known);
    node.complain(
        "there is no part '" + word + "'" +
        (near ? "; did you mean '" + *near + "'?" : "; write deep, short, or some of " + text::join(known, ", ")));
  }
  const auto asked = [&](std::string_view part, std::string_view all) {
    return std::find(wanted.begin(), wanted.end(), part) != wanted.end() ||
           std::find(wanted.begin(), wanted.end(), all) != wanted.end();
  };
  std::vector<std::string> parts;
  for (const std::string_view part : deep) {
    if (asked(part, "deep")) parts.emplace_back(part);
  }
  for (const std::string_view part : brief) {
    if (asked(part, "short")) parts.emplace_back(part);
  }
  return parts;
}

void read_reading(const Node& node, const Node& own_templates, Settings& settings) {
  if (!node.present()) return;
  const Node llm = node.at("llm"), scores = node.at("scores"), budget = node.at("budget");
  if (!llm.present() && !node.broken()) node.complain("a model is needed: reading.llm says where one is (llm.yaml)");
  flow::ReadingSettings reading;
  reading.parts = read_parts(node.at("parts"));
  reading.featured = static_cast<int>(node.at("featured").integer(reading.featured, 0, 50));
  reading.wait = node.at("wait").duration(reading.wait, Duration::zero(), std::chrono::hours(2));
  static constexpr double most_weight = 0.5;
  reading.relevance = scores.at("relevance").number(0, 0, most_weight);
  reading.significance = scores.at("significance").number(0, 0, most_weight);
  if (reading.relevance + reading.significance > most_weight) {
    scores.complain("relevance and significance together are at most 0.5 of a paper's score");
  }
  static constexpr std::int64_t most_tokens = 1'000'000'000'000;
  static constexpr double most_money = 1e9;
  const auto money = [&budget](std::string_view key) {
    return static_cast<std::int64_t>(budget.at(key).number(0, 0, most_money) * 1e6);
  };
  reading.tokens_per_day = budget.at("tokens_per_day").integer(0, 0, most_tokens);
  reading.tokens_per_person = budget.at("tokens_per_person").integer(0, 0, most_tokens);
  reading.micros_per_day = money("money_per_day");
  reading.micros_per_person = money("money_per_person");
  settings.reading = std::move(reading);
  static constexpr std::int64_t most_megabytes = 1'000'000;
  const bool full_text = node.at("full_text").truth(true);
  const std::int64_t megabytes = node.at("text_cache").integer(512, 0, most_megabytes);
  if (full_text) {
    const std::filesystem::path folder = settings.database.parent_path() / "texts";
    settings.texts = integrations::TextShelf{megabytes > 0 ? folder.string() : std::string(),
                                             static_cast<std::size_t>(megabytes) << 20};
  }
  try {
    settings.prompts = std::make_shared<const reading::Prompts>(template_folders(own_templates));
  } catch (const Error& error) {
    node.complain(error.what());
  }
}

void read_citations(const Node& node, Settings& settings) {
  if (!node.present()) return;
  if (!node.at("semantic_scholar").present() && !node.broken()) {
    node.complain("it is not said who counts; write citations: {semantic_scholar: {}}");
  }
  flow::CitationSettings citations;
  citations.refresh = node.at("refresh").duration(citations.refresh, std::chrono::days(1), std::chrono::days(365));
  settings.citations = citations;
}

void read_digest(const Node& node, Settings& settings) {
  settings.language = node.at("language").text(settings.language);
  settings.digest_wait = node.at("wait").duration(settings.digest_wait, Duration::zero(), std::chrono::hours(12));
  const Node own = node.at("templates");
  std::vector<std::filesystem::path> directories = template_folders(own);
  if (own.present() && !own.broken() && !std::filesystem::is_directory(directories.front())) {
    own.complain("there is no folder '" + directories.front().string() + "'");
    return;
  }
  try {
    settings.templates = std::make_shared<const digest::Templates>(std::move(directories));
  } catch (const Error& error) {
    own.complain(error.what());
  }
}

// "127.0.0.1:8383", "[::1]:8383", "off" (an empty address).
void read_listen(const Node& node, std::string& to_address, unsigned short& to_port) {
  if (!node.present()) return;
  const std::string written = node.required_text();
  if (written.empty()) return;
  if (written == "off") {
    to_address.clear();
    return;
  }
  const std::size_t colon = written.rfind(':');
  std::string address = colon == std::string::npos ? "" : written.substr(0, colon);
  const bool bracketed = address.starts_with("[") && address.ends_with("]");
  if (bracketed) address = address.substr(1, address.size() - 2);
  unsigned short port = 0;
  const char* const begin = written.data() + (colon == std::string::npos ? written.size() : colon + 1);
  const char* const end = written.data() + written.size();
  const auto [rest, error] = std::from_chars(begin, end, port);
  const bool ambiguous = !bracketed && address.find(':') != std::string::npos;
  if (address.empty() || ambiguous || error != std::errc() || rest != end) {
    node.complain("'" + written + "' is no address to listen on; write 127.0.0.1:8383, [::1]:8383 or off");
    return;
  }
  to_address = address;
  to_port = port;
}

void read_web(const Node& node, Settings& settings) {
  const Node url = node.at("public_url");
  settings.public_url = url.text();
  while (settings.public_url.ends_with('/')) settings.public_url.pop_back();
  const std::string& written = settings.public_url;
  const std::string_view host = std::string_view(written).substr(std::min<std::size_t>(written.size(), 8));
  const bool plain = host.find_first_of("?#@ \"<>\\") == host.npos && digest::checked_url(written) == written;
  if (url.present() && (!written.starts_with("https://") || host.empty() || host.starts_with('/') || !plain)) {
    url.complain("'" + written + "' is no address that readers could open; write https://paperboy.example.org");
  }
  read_listen(node.at("listen"), settings.web_address, settings.web_port);
}

void read_admins(const Node& node, Settings& settings) {
  for (const Node& item : node.items()) {
    const std::string id = item.required_text();
    const bool known = std::any_of(settings.people.begin(), settings.people.end(),
                                   [&](const paper::Person& person) { return person.id == id; });
    if (known) {
      settings.admins.push_back(id);
    } else if (!id.empty()) {
      item.complain("there is no person '" + id + "'");
    }
  }
}

// bot: {allow: ["slack:T024BE7LH", "matrix:example.org"]}
void read_bot(const Node& node, Settings& settings) {
  for (const Node& item : node.at("allow").items()) {
    const std::string written = item.required_text();
    const std::size_t colon = written.find(':');
    const std::string channel = written.substr(0, colon);
    if (written.empty()) continue;
    if (colon == written.npos || colon + 1 == written.size()) {
      item.complain("'" + written + "' names nobody; write CHANNEL:WHO, such as slack:T024BE7LH or matrix:example.org");
    } else if (std::find(settings.channels.begin(), settings.channels.end(), channel) == settings.channels.end()) {
      const auto near = text::nearest(channel, settings.channels);
      item.complain("the channel '" + channel + "' is not set up" + (near ? "; did you mean '" + *near + "'?" : ""));
    } else {
      settings.allow.push_back(written);
    }
  }
}

void read_log(const Node& node, Settings& settings) {
  static const std::array<std::string, 4> levels{"debug", "info", "warn", "error"};
  static const std::array<std::string, 2> formats{"logfmt", "json"};
  settings.log_level =
      static_cast<log::Level>(node.at("level").choice(levels, static_cast<std::size_t>(settings.log_level)));
  settings.log_format =
      static_cast<log::Format>(node.at("format").choice(formats, static_cast<std::size_t>(settings.log_format)));
}

// people: {directory: people.d, files: [ada.yaml]}
void read_people(const Node& node, const AddressBook& addresses, Settings& settings, settings::Findings& findings) {
  std::vector<std::filesystem::path> files;
  const Node directory = node.at("directory"), list = node.at("files");
  if (directory.present()) {
    const std::filesystem::path folder = directory.file_path({});
    if (!directory.broken() && !std::filesystem::is_directory(folder)) {
      directory.complain("there is no folder '" + folder.string() + "'");
    } else if (!directory.broken()) {
      files = settings::yaml_files(folder, findings);
    }
  }
  for (const Node& item : list.items()) {
    if (auto file = item.file_path({}); !file.empty()) files.push_back(std::move(file));
  }
  flow::PeopleRules rules;
  rules.language = settings.language;
  rules.account_of = [&](const paper::Address& address) { return addresses.account_of(address); };
  rules.check_address = [&](const paper::Address& address) { return addresses.wrong_with(address, settings.channels); };
  settings.people = flow::read_people(files, rules, findings);
}

// The categories that a query's terms ask for; what stands under NOT asks for nothing.
void collect_categories(const match::Node& node, std::vector<std::string>& wanted) {
  if (node.kind == match::Node::Kind::none_of) return;
  if (node.kind == match::Node::Kind::term && node.scope == match::Scope::category) wanted.push_back(node.written);
  for (const match::NodePtr& child : node.children) collect_categories(*child, wanted);
}

// Categories that people follow and no source fetches.
void note_what_nobody_fetches(Settings& settings) {
  const auto fetched = [&](const std::string& wanted) {
    return std::any_of(settings.offers.begin(), settings.offers.end(), [&](const integrations::Offer& offer) {
      return std::any_of(offer.listings.begin(), offer.listings.end(), [&](const std::string& listing) {
        return paper::in_group(listing, wanted) || paper::in_group(wanted, listing);
      });
    });
  };
  for (const paper::Person& person : settings.people) {
    for (const paper::Topic& topic : person.topics) {
      std::vector<std::string> wanted = topic.categories;
      if (!topic.query.empty()) collect_categories(*match::parse(topic.query, {topic.stem}), wanted);
      std::vector<std::string> missing;
      for (const std::string& each : wanted) {
        if (!fetched(each) && std::find(missing.begin(), missing.end(), each) == missing.end()) missing.push_back(each);
      }
      if (missing.empty()) continue;
      settings.notes.push_back(person.id + ", topic '" + topic.name + "': no source fetches " +
                               text::join(missing, ", ") +
                               "; papers that stand only there cannot come (sources.arxiv.categories)");
    }
  }
}

}  // namespace

Settings read_settings(const std::filesystem::path& file, settings::Findings& findings) {
  return read_settings(Node::load_with_drop_ins(file, file.parent_path() / "conf.d", findings), findings);
}

Settings read_settings(const Node& root, settings::Findings& findings) {
  Settings settings;
  if (root.broken()) return settings;
  const Node contact = root.at("contact");
  settings.contact = contact.text();
  if (!settings.contact.empty() && !digest::is_mail_address(settings.contact)) {
    contact.complain("'" + settings.contact + "' is no mail address; write name@example.org");
  }
  settings.database = root.at("store").at("path").file_path(settings.database);
  read_listen(root.at("server").at("listen"), settings.listen_address, settings.listen_port);
  read_web(root.at("web"), settings);
  read_log(root.at("log"), settings);
  read_digest(root.at("digest"), settings);
  const std::size_t before = findings.list().size();
  read_integrations(root, settings);
  read_reading(root.at("reading"), root.at("digest").at("templates"), settings);
  read_citations(root.at("citations"), settings);
  const bool sound = findings.list().size() == before;
  if (!settings.sources.empty() && settings.contact.empty() && !contact.broken()) {
    root.complain("'contact' is missing: your mail address, which the sources see in the User-Agent");
  }
  // A channel is made only of a section that is right.
  const AddressBook addresses(sound ? settings.offers : std::vector<integrations::Offer>{}, settings.templates);
  read_people(root.at("people"), addresses, settings, findings);
  read_admins(root.at("admins"), settings);
  read_bot(root.at("bot"), settings);
  root.reject_unknown();
  if (findings.empty()) note_what_nobody_fetches(settings);
  return settings;
}

std::filesystem::path data_directory() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (auto above = program.parent_path(); !error && above != above.parent_path(); above = above.parent_path()) {
    const auto folder = above / "share" / "paperboy";
    if (std::filesystem::is_directory(folder / "templates", error)) return folder;
    error.clear();
  }
  return PAPERBOY_DATA_DIR;
}

}  // namespace paperboy::app

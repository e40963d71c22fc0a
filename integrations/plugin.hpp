#pragma once
// What an integration is to the daemon: one const Plugin, exported by integrations/NAME/NAME.cpp and listed by the word
// NAME in integrations/CMakeLists.txt, which generates the registry.
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/digest/templates.hpp"
#include "daemon/flow/channel.hpp"
#include "daemon/flow/citation_index.hpp"
#include "daemon/flow/reader.hpp"
#include "daemon/flow/source.hpp"
#include "daemon/flow/text_source.hpp"
#include "daemon/net/client.hpp"
#include "daemon/net/lane.hpp"
#include "daemon/net/server.hpp"
#include "daemon/settings/node.hpp"

namespace paperboy::integrations {

// What providers post to us, by name: POST PUBLIC_URL/hooks/NAME. A channel that listens puts its handler there while
// it does. The handler checks who speaks; nobody did before.
using Hooks = std::map<std::string, net::Handler>;

// What an integration may use. Everything outlives every source and channel.
struct Toolbox {
  net::Client& client;
  net::LaneMemory& lane_memory;
  flow::ChannelMemory& channel_memory;
  const Clock& clock;
  const digest::Templates& templates;
  std::string contact;         // the operator's address, for User-Agent headers
  Hooks* hooks = nullptr;      // null: nobody can post to us (settings checks, replays)
  std::string hooks_url = {};  // what stands before NAME, as the provider reaches it; empty: no pages are served
};

using SourceMaker = std::function<std::vector<std::unique_ptr<flow::Source>>(const Toolbox&)>;
using LookupMaker = std::function<std::unique_ptr<flow::Lookup>(const Toolbox&)>;
// Where texts of papers are kept, and how much room they may take.
struct TextShelf {
  std::string folder;  // made if it is not there, for this user alone; empty: nothing is kept
  std::size_t bytes = 512u << 20;
};
using TextMaker = std::function<std::unique_ptr<flow::TextSource>(const Toolbox&, const TextShelf&)>;
using ChannelMaker = std::function<std::unique_ptr<flow::Channel>(const Toolbox&)>;
using CitationsMaker = std::function<std::unique_ptr<flow::CitationIndex>(const Toolbox&)>;
using ReaderMaker = std::function<std::unique_ptr<flow::Reader>(const Toolbox&)>;

// What a section of the settings asks for. Members that the integration does not have are empty.
struct Offer {
  SourceMaker sources;
  LookupMaker lookup;
  TextMaker texts;
  ChannelMaker channel;
  ReaderMaker reader;
  CitationsMaker citations;
  // arXiv listings whose every mailing these sources promise to bring: what completeness is measured against.
  std::vector<std::string> listings;
};

struct Plugin {
  std::string_view name;  // the folder; also the key below `sources:`, `channels:`, `reading:` or `citations:`
  enum class Kind { source, channel, reader, citations } kind;
  // Reads and checks its section without opening anything: findings go where the Node sends them (`paperboy
  // check-config`). Must call reject_unknown() on no node: the caller does, once, at the root.
  Offer (*read)(const settings::Node& section);
};

// All integrations of this build, in the order of the list.
std::span<const Plugin* const> plugins();
const Plugin* find_plugin(std::string_view name);

}  // namespace paperboy::integrations

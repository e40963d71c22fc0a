// conf.d: several files that are one.
#include <gmock/gmock.h>

#include "tests/daemon/settings/helpers.hpp"

namespace paperboy::settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DropIns, AreMergedKeyByKey) {
  const Folder folder;
  const auto main = folder.write("main.yaml", "log: {level: info}\nchannels:\nstore: {path: a.db}\n");
  folder.write("conf.d/20-mail.yaml", "channels: {email: {host: h}}\nlog:\n  format: json\n");
  folder.write("conf.d/10-file.yaml", "channels:\n  file: {directory: out}\n");
  folder.write("conf.d/notes.txt", "no: yaml");
  folder.write("conf.d/.hidden.yaml", "bad: [");
  folder.write("conf.d/empty.yaml", "# nothing\n");
  Findings findings;
  const Node root = Node::load_with_drop_ins(main, folder.path() / "conf.d", findings);
  EXPECT_EQ(root.at("log").at("level").text(), "info");
  EXPECT_EQ(root.at("log").at("format").text(), "json");
  EXPECT_EQ(root.at("channels").at("email").at("host").text(), "h");
  const Node directory = root.at("channels").at("file").at("directory");
  EXPECT_EQ(directory.path(), "channels.file.directory");
  EXPECT_EQ(directory.file(), (folder.path() / "conf.d" / "10-file.yaml").string());
  EXPECT_EQ(directory.file_path({}), folder.path() / "conf.d" / "out") << "relative to the drop-in that says it";
  EXPECT_EQ(root.at("store").at("path").file_path({}), folder.path() / "a.db");
  root.reject_unknown();
  EXPECT_TRUE(findings.empty()) << findings.to_string();
}

TEST(DropIns, SayWhichFilesDisagree) {
  const Folder folder;
  const auto main = folder.write("main.yaml", "log:\n  level: info\nlist: [a]\nstore: {path: x}\n");
  folder.write("conf.d/a.yaml", "log: {level: debug}\nlist: [b]\nstore: y\n");
  folder.write("conf.d/b.yaml", "typo: 1\n");
  folder.write("conf.d/c.yml", "log: {format: json}\n");
  Findings findings;
  const Node root = Node::load_with_drop_ins(main, folder.path() / "conf.d", findings);
  EXPECT_EQ(root.at("log").at("level").text(), "info");
  root.at("list").texts();
  root.at("store").at("path").text();
  root.reject_unknown();
  const std::string text = findings.to_string(), dir = folder.path().string();
  EXPECT_THAT(text, HasSubstr(dir + "/conf.d/c.yml: is not read"));
  EXPECT_THAT(text, HasSubstr(dir + "/conf.d/a.yaml:1:7: 'log.level' is set already in " + main.string() + ", line 2"));
  EXPECT_THAT(text, HasSubstr(dir + "/conf.d/a.yaml:2:1: 'list' is set already in " + main.string() + ", line 3"));
  EXPECT_THAT(text, HasSubstr(dir + "/conf.d/a.yaml:3:1: 'store' is set already in " + main.string() + ", line 4"));
  EXPECT_THAT(text, HasSubstr(dir + "/conf.d/b.yaml:1:1: unknown key 'typo'"));
  EXPECT_EQ(findings.list().size(), 5u) << text;
}

TEST(DropIns, TwoOfThemDisagreeToo) {
  const Folder folder;
  const auto main = folder.write("main.yaml", "");
  folder.write("conf.d/a.yaml", "log: {level: debug}\n");
  folder.write("conf.d/b.yaml", "log: {level: debug}\n");
  Findings findings;
  Node::load_with_drop_ins(main, folder.path() / "conf.d", findings);
  ASSERT_EQ(findings.list().size(), 1u);
  EXPECT_THAT(findings.list()[0].text, HasSubstr("conf.d/a.yaml, line 1"));
}

TEST(DropIns, NeedNotBeThere) {
  const Folder folder;
  const auto main = folder.write("main.yaml", "a: 1\n");
  Findings findings;
  EXPECT_EQ(Node::load_with_drop_ins(main, folder.path() / "conf.d", findings).at("a").text(), "1");
  EXPECT_TRUE(findings.empty());
  folder.write("not-a-folder", "");
  Node::load_with_drop_ins(main, folder.path() / "not-a-folder", findings);
  EXPECT_THAT(findings.to_string(), HasSubstr("cannot be read"));
}

TEST(DropIns, ABrokenOneHidesNoOtherAndInventsNothing) {
  const Folder folder;
  const auto main = folder.write("main.yaml", "a: [\n");
  folder.write("conf.d/a.yaml", "b: 'x\n");
  folder.write("conf.d/b.yaml", "c: 1\n");
  Findings findings;
  const Node root = Node::load_with_drop_ins(main, folder.path() / "conf.d", findings);
  root.at("must").required_text();
  root.reject_unknown();
  EXPECT_EQ(findings.list().size(), 2u) << findings.to_string();
}

}  // namespace
}  // namespace paperboy::settings

#pragma once
// A homeserver as strict as Synapse, in memory, with one account and some rooms. Its errors are Synapse 1.157's, which
// tests/peers/matrix_by_js_sdk.py compares. Besides what every provider has:
//   POST /_fake/say        {"room": "!open:fake.test", "sender": "@ada:fake.test", "body": "hello"} -> {"event_id":
//   ...}
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/async/bell.hpp"
#include "tests/support/provider.hpp"

namespace paperboy::test {

class FakeMatrix final : public Provider {
 public:
  static constexpr char server[] = "fake.test";
  static constexpr char user[] = "@paperboy:fake.test";
  static constexpr char password[] = "correct horse";
  static constexpr char token[] = "syt_paperboy_token";
  static constexpr char device[] = "FAKEDEVICE";
  // Somebody to write to, and somebody who accepts no invitations.
  static constexpr char reader[] = "@ada:fake.test";
  static constexpr char unwilling[] = "@hermit:fake.test";
  // Rooms: one that the account is in, one it is invited to, one it is not, one that is encrypted, one where it may not
  // write, one with an id as room version 12 has them.
  static constexpr char room[] = "!open:fake.test";
  static constexpr char alias[] = "#papers:fake.test";
  static constexpr char invited_room[] = "!invited:fake.test";
  static constexpr char closed_room[] = "!closed:fake.test";
  static constexpr char encrypted_room[] = "!encrypted:fake.test";
  static constexpr char quiet_room[] = "!quiet:fake.test";
  static constexpr char hashed_room[] = "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM";

  explicit FakeMatrix(boost::asio::io_context& loop, unsigned short port = 0);

  // Messages of the account: `burst` at once, then one each `interval` (rc_message). None by default.
  void limit_messages(Duration interval, int burst);
  void forget_transactions() { transactions_.clear(); }            // as a day does
  void sign_out(bool soft);                                        // every token dies
  void leave(const std::string& room_id, const std::string& who);  // by themselves; Paperboy is put out by the reader
  void encrypt(const std::string& room_id);
  void encrypt_new_rooms() { encrypt_new_rooms_ = true; }
  void write_as_other(const std::string& room_id, const std::string& body);
  // Any event of anybody: what others send is theirs to choose. Returns its id.
  std::string happen(const std::string& room_id, const std::string& who, const std::string& type,
                     boost::json::object content, std::optional<std::int64_t> at = std::nullopt);
  std::string say(const std::string& room_id, const std::string& who, const std::string& body,
                  boost::json::object more = {});
  void join_as_other(const std::string& room_id, const std::string& who);
  // A new room of `who`, and Paperboy invited to it.
  std::string invite(const std::string& who, bool encrypted = false);
  // The room is closed; its members are sent to another one, open to all of them.
  std::string replace(const std::string& room_id);
  void hold_file(const std::string& name, const std::string& bytes) { files_[name] = bytes; }  // mxc://fake.test/NAME
  void forget_positions() { ++era_; }  // as a restored database does
  std::set<std::string> rooms() const;
  std::string membership(const std::string& room_id, const std::string& who) const;
  boost::json::object direct_rooms() const { return direct_; }          // m.direct
  const std::vector<std::string>& devices() const { return devices_; }  // of logins, in order

  // What is wrong with a message's content, as a server or a client would find it: nothing, or why. `text`: what a
  // reader sees of its HTML.
  static std::optional<std::string> fault_of(const std::string& content, std::string* text = nullptr);

 private:
  struct Event {
    std::string id, sender, type;
    std::int64_t at = 0, position = 0;
    boost::json::object content;
    std::optional<std::string> state_key = std::nullopt;
    std::string membership_before = {};
  };
  struct Room {
    std::map<std::string, std::string> members;
    boost::json::object create;
    bool encrypted = false;
    int level_to_write = 0;
    std::vector<Event> events;
    std::int64_t own_change = 0;  // of Paperboy's membership
    std::string inviter = {};
    bool open = false;
  };
  struct Call;  // a request, taken apart

  Answer answer(const HttpRequest& request) override;
  async::Awaitable<> before_answer(const HttpRequest& request) override;
  Answer control(const HttpRequest& request) override;
  Answer login(const Call& call);
  Answer create_room(const Call& call);
  Answer join(const std::string& id_or_alias);
  Answer state(const Room& room, const std::string& id, const std::string& type, const std::string& key);
  Answer send(const std::string& room_id, const std::string& type, const std::string& transaction, const Call& call);
  Answer messages(const std::string& room_id, const Call& call);
  Answer sync(const Call& call) const;
  bool has_news(std::int64_t since) const;
  Answer leave_room(const std::string& room_id);
  std::optional<Answer> refuses_relation(const std::string& type, const boost::json::object& content,
                                         const Room& room) const;
  std::string append(const std::string& room_id, Event event);
  void set_member(const std::string& room_id, const std::string& who, const std::string& membership,
                  const std::string& by);
  std::optional<std::int64_t> position_of(const std::string& given) const;
  std::string token_of(std::int64_t position) const;
  boost::json::object shown(const Event& event, const std::string& room_id) const;
  Answer account_data(const std::string& who, const std::string& type, const Call& call);
  std::optional<Duration> wait_of_limit();
  std::string new_id(char sigil);

  std::map<std::string, Room> rooms_;
  std::map<std::string, std::string> aliases_, tokens_;  // tokens: device
  std::set<std::string> softly_dead_;
  std::map<std::string, std::string> transactions_;  // device, path: event
  std::vector<std::string> devices_;
  boost::json::object direct_;
  bool has_direct_ = false, encrypt_new_rooms_ = false;
  Duration interval_{};
  int burst_ = 0;
  double tokens_left_ = 0;
  std::int64_t tokens_at_ = 0;
  int made_ = 0;
  std::int64_t stream_ = 0;
  int era_ = 1;
  std::map<std::string, std::string> files_;
  async::Bell news_;
};

}  // namespace paperboy::test

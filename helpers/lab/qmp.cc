#include "helpers/lab/qmp.h"

#include <nlohmann/json.hpp>

#include "helpers/base/deadline.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::lab {

using nlohmann::json;
using std::chrono::seconds;

Result<Qmp> Qmp::Negotiate(UniqueFd socket, Watch& watch) {
  Qmp qmp(std::move(socket));
  DUALPATH_TRY(const json greeting, qmp.ReadMessage(watch));
  if (!greeting.contains("QMP"))
    return Error::Because("QMP handshake", "QEMU", "not a greeting: " + greeting.dump());
  DUALPATH_TRY_STATUS(qmp.Execute("qmp_capabilities", json::object(), watch));
  return qmp;
}

Result<json> Qmp::Execute(const std::string& command, const json& arguments, Watch& watch) {
  const json request = {{"execute", command}, {"arguments", arguments}};
  DUALPATH_TRY_STATUS(SendAll(socket_, request.dump() + "\n", Deadline::In(kSendBudget)));
  while (true) {
    DUALPATH_TRY(json message, ReadMessage(watch));
    if (message.contains("return")) return std::move(message["return"]);
    if (message.contains("error")) {
      const json& error = message["error"];
      json why = message.dump();
      if (error.is_object() && error.contains("desc")) why = error["desc"];
      return Error::Because("QMP command", command,
                            why.is_string() ? why.get<std::string>() : why.dump());
    }
  }
}

Result<json> Qmp::ReadMessage(Watch& watch) {
  while (true) {
    if (const auto line = TakeLine(buffered_)) {
      json message = json::parse(*line, nullptr, false);
      if (!message.is_object()) return Error::Because("QMP", "QEMU", "not a JSON object: " + *line);
      return message;
    }
    DUALPATH_TRY_STATUS(watch.AwaitReadable(socket_.get()));
    DUALPATH_TRY(const std::string chunk, ReadSome(socket_, Deadline::In(seconds(0))));
    if (chunk.empty()) return Error::Because("QMP", "QEMU", "connection closed");
    buffered_ += chunk;
  }
}

}  // namespace dualpath::lab

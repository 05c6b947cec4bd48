#include "helpers/observe/udev_device.h"

#include <libudev.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>

namespace dualpath::observe {
namespace {

struct Unref {
  void operator()(udev* context) const { ::udev_unref(context); }
  void operator()(udev_device* device) const { ::udev_device_unref(device); }
};

std::string TextOf(const char* text) { return text == nullptr ? "" : text; }

}  // namespace

Result<UdevDevice> ReadUdevDevice(const std::string& device) {
  const auto fail = [&device] {
    return Error::FromErrno("look up in udev's database", device, errno);
  };
  struct stat status {};
  if (::stat(device.c_str(), &status) != 0) return fail();
  const std::unique_ptr<udev, Unref> context(::udev_new());
  if (!context) return fail();
  const std::unique_ptr<udev_device, Unref> found(
      ::udev_device_new_from_devnum(context.get(), 'b', status.st_rdev));
  if (!found) return fail();
  UdevDevice read;
  udev_list_entry* entry = nullptr;
  udev_list_entry_foreach(entry, ::udev_device_get_properties_list_entry(found.get())) {
    read.properties[TextOf(::udev_list_entry_get_name(entry))] =
        TextOf(::udev_list_entry_get_value(entry));
  }
  udev_list_entry_foreach(entry, ::udev_device_get_devlinks_list_entry(found.get())) {
    read.links.insert(TextOf(::udev_list_entry_get_name(entry)));
  }
  return read;
}

}  // namespace dualpath::observe

#include "daemon/settings/node.hpp"

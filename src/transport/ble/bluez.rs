//! The radio of a Linux computer, by BlueZ (`bluetoothd`) over D-Bus. Never tried on a radio.
//!
//! A thread of its own drives it, so that the rest of the program stays as it is: packets go out and come in through channels.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use bluer::{
    Adapter as Radio, AdapterEvent, DeviceEvent, DeviceProperty, DiscoveryFilter, Uuid,
    adv::Advertisement,
    gatt::{
        WriteOp,
        local::{
            Application, Characteristic as Local, CharacteristicNotifier, CharacteristicNotify,
            CharacteristicNotifyMethod, CharacteristicRead, CharacteristicWrite, CharacteristicWriteMethod, ReqError,
            Service,
        },
        remote::{Characteristic as Remote, CharacteristicWriteRequest},
    },
};
use futures_util::{FutureExt, StreamExt, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Adapter, Channel, Characteristic, Engaged, Gatt, Role, packet_size};
use crate::transport::TransportError;

/// How long a phone may take to connect.
const CONNECT: Duration = Duration::from_secs(30);

/// How long the stack may take for one packet.
const PACKET: Duration = Duration::from_secs(10);

/// Beginning of a connection, as the phone writes it into State.
const START: [u8; 1] = [1];

type Packet = (Channel, Vec<u8>);
type Order = (Packet, mpsc::Sender<bool>);

/// The computer's own adapter, which must be switched on.
#[derive(Debug, Clone, Copy, Default)]
pub struct BlueZ;

/// What the thread of a connection leaves with the program.
struct Connection {
    packet: usize,
    orders: UnboundedSender<Order>,
    packets: mpsc::Receiver<Packet>,
}

impl Gatt for Connection {
    fn packet(&self) -> usize {
        self.packet
    }

    fn send(&mut self, channel: Channel, packet: &[u8]) -> Result<(), TransportError> {
        let (done, sent) = mpsc::channel();
        self.orders.send(((channel, packet.to_vec()), done)).map_err(|_| TransportError::Removed)?;
        match sent.recv_timeout(PACKET) {
            Ok(true) => Ok(()),
            _ => Err(TransportError::Removed),
        }
    }

    fn receive(&mut self, wait: Duration) -> Result<Option<Packet>, TransportError> {
        match self.packets.recv_timeout(wait) {
            Ok(packet) => Ok(Some(packet)),
            Err(mpsc::RecvTimeoutError::Timeout) => Ok(None),
            Err(mpsc::RecvTimeoutError::Disconnected) => Err(TransportError::Removed),
        }
    }
}

impl Adapter for BlueZ {
    fn connect(&mut self, engaged: &Engaged) -> Result<Box<dyn Gatt + Send>, TransportError> {
        let (orders, ordered) = unbounded_channel();
        let (incoming, packets) = mpsc::channel();
        let (ready, connected) = mpsc::channel();
        let engaged = engaged.clone();
        let failed = ready.clone();
        thread::Builder::new()
            .name("bluetooth".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                let told = runtime.map_err(|_| TransportError::NoBluetooth).and_then(|runtime| {
                    runtime.block_on(async {
                        let (_session, radio) = radio().await?;
                        match engaged.role {
                            Role::Server => serve(&radio, &engaged, incoming, ready, ordered).await,
                            Role::Client => visit(&radio, &engaged, incoming, ready, ordered).await,
                        }
                    })
                });
                if let Err(error) = told {
                    let _ = failed.send(Err(error));
                }
            })
            .map_err(|_| TransportError::NoBluetooth)?;
        match connected.recv_timeout(CONNECT) {
            Ok(packet) => Ok(Box::new(Connection { packet: packet?, orders, packets })),
            Err(_) => Err(TransportError::NoCard { seconds: CONNECT.as_secs() }),
        }
    }
}

/// The adapter, if there is one and it is switched on. Nobody's radio is switched on without being asked.
async fn radio() -> Result<(bluer::Session, Radio), TransportError> {
    let found = async {
        let session = bluer::Session::new().await?;
        let radio = session.default_adapter().await?;
        let powered = radio.is_powered().await?;
        bluer::Result::Ok((session, radio, powered))
    };
    match found.await {
        Ok((session, radio, true)) => Ok((session, radio)),
        _ => Err(TransportError::NoBluetooth),
    }
}

fn removed(_: bluer::Error) -> TransportError {
    TransportError::Removed
}

fn uuid(characteristic: Characteristic, role: Role) -> Uuid {
    characteristic.uuid(role).map_or_else(Uuid::nil, Uuid::from_bytes)
}

/// Where a callback leaves what the loop needs: a way to notify, once the phone has subscribed.
type Slot = Arc<Mutex<Option<CharacteristicNotifier>>>;

/// A characteristic that the phone writes. The first phone that begins is the one, and nobody else is heard.
fn written(channel: Channel, role: Role, door: &Arc<Mutex<Door>>, notifier: Option<&Slot>) -> Local {
    let door = Arc::clone(door);
    let of = if channel == Channel::State { Characteristic::State } else { Characteristic::ClientToServer };
    let write = CharacteristicWriteMethod::Fun(Box::new(move |value, request| {
        let taken = door.lock().unwrap_or_else(PoisonError::into_inner).take(
            channel,
            value,
            request.device_address,
            request.mtu,
        );
        async move { if taken { Ok(()) } else { Err(ReqError::NotPermitted) } }.boxed()
    }));
    Local {
        uuid: uuid(of, role),
        write: Some(CharacteristicWrite {
            write_without_response: true,
            method: write,
            ..CharacteristicWrite::default()
        }),
        notify: notifier.map(notified),
        ..Local::default()
    }
}

fn notified(notifier: &Slot) -> CharacteristicNotify {
    let slot = Arc::clone(notifier);
    CharacteristicNotify {
        notify: true,
        method: CharacteristicNotifyMethod::Fun(Box::new(move |notifier| {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(notifier);
            async {}.boxed()
        })),
        ..CharacteristicNotify::default()
    }
}

/// Who is heard, and where what she sends goes.
struct Door {
    phone: Option<bluer::Address>,
    packets: Option<mpsc::Sender<Packet>>,
    ready: mpsc::Sender<Result<usize, TransportError>>,
    came: Option<tokio::sync::oneshot::Sender<bluer::Address>>,
}

impl Door {
    fn take(&mut self, channel: Channel, value: Vec<u8>, from: bluer::Address, mtu: u16) -> bool {
        if self.phone.is_none() && channel == Channel::State && value == START {
            self.phone = Some(from);
            let _ = self.ready.send(Ok(packet_size(usize::from(mtu))));
            if let Some(came) = self.came.take() {
                let _ = came.send(from);
            }
        }
        self.phone == Some(from) && self.packets.as_ref().is_some_and(|packets| packets.send((channel, value)).is_ok())
    }
}

/// The reader serves, and the phone comes.
async fn serve(
    radio: &Radio,
    engaged: &Engaged,
    packets: mpsc::Sender<Packet>,
    ready: mpsc::Sender<Result<usize, TransportError>>,
    mut orders: UnboundedReceiver<Order>,
) -> Result<(), TransportError> {
    let role = Role::Server;
    let (came, comes) = tokio::sync::oneshot::channel();
    let door = Arc::new(Mutex::new(Door { phone: None, packets: Some(packets), ready, came: Some(came) }));
    let (state, data) = (Slot::default(), Slot::default());
    let ident = engaged.ident.to_vec();
    let shown = CharacteristicRead {
        read: true,
        fun: Box::new(move |_| {
            let ident = ident.clone();
            async move { Ok(ident) }.boxed()
        }),
        ..CharacteristicRead::default()
    };
    let service = Service {
        uuid: Uuid::from_bytes(engaged.service),
        primary: true,
        characteristics: vec![
            written(Channel::State, role, &door, Some(&state)),
            written(Channel::Data, role, &door, None),
            Local {
                uuid: uuid(Characteristic::ServerToClient, role),
                notify: Some(notified(&data)),
                ..Local::default()
            },
            Local { uuid: uuid(Characteristic::Ident, role), read: Some(shown), ..Local::default() },
        ],
        ..Service::default()
    };
    let application = Application { services: vec![service], ..Application::default() };
    let _served = radio.serve_gatt_application(application).await.map_err(|_| TransportError::NoBluetooth)?;
    let advertisement = Advertisement {
        service_uuids: [Uuid::from_bytes(engaged.service)].into(),
        discoverable: Some(true),
        ..Advertisement::default()
    };
    let advertised = radio.advertise(advertisement).await.map_err(|_| TransportError::NoBluetooth)?;
    let Ok(Ok(phone)) = tokio::time::timeout(CONNECT, comes).await else { return Ok(()) };
    drop(advertised);
    let device = radio.device(phone).map_err(removed)?;
    let mut events = device.events().await.map_err(removed)?;
    let (mut state, mut data) = (Kept::new(state), Kept::new(data));
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(((channel, packet), done)) = order else { return Ok(()) };
                let way = if channel == Channel::State { &mut state } else { &mut data };
                let _ = done.send(way.notify(packet).await);
            }
            event = events.next() => match event {
                None | Some(DeviceEvent::PropertyChanged(DeviceProperty::Connected(false))) => {
                    door.lock().unwrap_or_else(PoisonError::into_inner).packets = None;
                    return Ok(());
                }
                Some(_) => {}
            },
        }
    }
}

/// A notifier, once the phone has subscribed.
struct Kept {
    slot: Slot,
    notifier: Option<CharacteristicNotifier>,
}

impl Kept {
    fn new(slot: Slot) -> Self {
        Self { slot, notifier: None }
    }

    async fn notify(&mut self, packet: Vec<u8>) -> bool {
        if let Some(newer) = self.slot.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.notifier = Some(newer);
        }
        match &mut self.notifier {
            Some(notifier) => notifier.notify(packet).await.is_ok(),
            None => false,
        }
    }
}

/// The phone serves, and the reader comes.
async fn visit(
    radio: &Radio,
    engaged: &Engaged,
    packets: mpsc::Sender<Packet>,
    ready: mpsc::Sender<Result<usize, TransportError>>,
    mut orders: UnboundedReceiver<Order>,
) -> Result<(), TransportError> {
    let service = Uuid::from_bytes(engaged.service);
    let Ok(device) = tokio::time::timeout(CONNECT, find(radio, service)).await else { return Ok(()) };
    let device = device?;
    device.connect().await.map_err(removed)?;
    let (mut state, mut to_phone, mut from_phone) = (None, None, None);
    for found in device.services().await.map_err(removed)? {
        if found.uuid().await.map_err(removed)? != service {
            continue;
        }
        for characteristic in found.characteristics().await.map_err(removed)? {
            let id = characteristic.uuid().await.map_err(removed)?;
            for (of, place) in [
                (Characteristic::State, &mut state),
                (Characteristic::ClientToServer, &mut to_phone),
                (Characteristic::ServerToClient, &mut from_phone),
            ] {
                if uuid(of, Role::Client) == id {
                    *place = Some(characteristic.clone());
                }
            }
        }
    }
    let (Some(state), Some(to_phone), Some(from_phone)) = (state, to_phone, from_phone) else {
        return Err(TransportError::Removed);
    };
    let states = state.notify().await.map_err(removed)?.map(|packet| (Channel::State, packet));
    let data = from_phone.notify().await.map_err(removed)?.map(|packet| (Channel::Data, packet));
    let mut coming = stream::select(states.boxed(), data.boxed());
    let mtu = to_phone.mtu().await.map_err(removed)?;
    let _ = ready.send(Ok(packet_size(mtu)));
    loop {
        tokio::select! {
            order = orders.recv() => {
                let Some(((channel, packet), done)) = order else { break };
                let to = if channel == Channel::State { &state } else { &to_phone };
                let _ = done.send(write(to, &packet).await);
            }
            packet = coming.next() => match packet {
                Some(packet) => if packets.send(packet).is_err() { break },
                None => break,
            },
        }
    }
    let _ = device.disconnect().await;
    Ok(())
}

async fn write(to: &Remote, packet: &[u8]) -> bool {
    let request = CharacteristicWriteRequest { op_type: WriteOp::Command, ..CharacteristicWriteRequest::default() };
    to.write_ext(packet, &request).await.is_ok()
}

async fn find(radio: &Radio, service: Uuid) -> Result<bluer::Device, TransportError> {
    let filter = DiscoveryFilter { uuids: [service].into(), ..DiscoveryFilter::default() };
    radio.set_discovery_filter(filter).await.map_err(|_| TransportError::NoBluetooth)?;
    let mut seen = radio.discover_devices_with_changes().await.map_err(|_| TransportError::NoBluetooth)?.boxed();
    while let Some(event) = seen.next().await {
        let AdapterEvent::DeviceAdded(address) = event else { continue };
        let device = radio.device(address).map_err(removed)?;
        if device.uuids().await.ok().flatten().is_some_and(|uuids| uuids.contains(&service)) {
            return Ok(device);
        }
    }
    Err(TransportError::NoBluetooth)
}
